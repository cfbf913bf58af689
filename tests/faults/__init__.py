"""Bad input and faults of the machine: the whole command as a process, and what becomes of the files."""
