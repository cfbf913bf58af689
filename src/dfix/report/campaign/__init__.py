"""What a campaign over many files is reported as: records of it, and the forms they are written in."""
