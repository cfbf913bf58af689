"""Campaigns: the same rewrite over many repositories or files, resumable, with a report to approve."""
