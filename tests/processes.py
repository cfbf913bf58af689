"""What tests ask of processes."""

import os
from pathlib import Path


def is_there(process: int) -> bool:
    """Whether a process runs."""
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    state = Path(f"/proc/{process}/stat")
    # What has ended is there until somebody asks how.
    return not state.exists() or state.read_text().rpartition(")")[2].split()[0] != "Z"
