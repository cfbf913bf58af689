"""A clone of this project as it stands, with what is not committed yet."""

import os
import shutil
import subprocess
from pathlib import Path

ROOT = Path(__file__).parents[2]
_GIT = (
    "git",
    "-c",
    "user.name=a",
    "-c",
    "user.email=a@example.com",
    "-c",
    "core.hooksPath=/dev/null",
)


def git(folder: Path, *arguments: str) -> str:
    """What git prints; whoever runs the tests has no say in it."""
    own = {name: value for name, value in os.environ.items() if not name.startswith("GIT_")}
    return subprocess.run(
        [*_GIT, *arguments],
        cwd=folder,
        env={**own, "GIT_CONFIG_GLOBAL": os.devnull, "GIT_CONFIG_NOSYSTEM": "1"},
        capture_output=True,
        text=True,
        timeout=120,
        check=True,
    ).stdout


def clone(folder: Path) -> str:
    """Copies the project into a new repository in `folder`; gives the commit."""
    names = git(ROOT, "ls-files", "-z", "--cached", "--others", "--exclude-standard").split("\0")
    for name in filter(None, names):
        source, target = ROOT / name, folder / name
        if source.is_symlink() or not source.exists():
            continue  # removed and not committed yet
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy2(source, target)
    git(folder, "init", "-q", "-b", "main")
    git(folder, "add", "-A", "-f")
    git(folder, "commit", "-q", "-m", "all")
    return git(folder, "rev-parse", "HEAD").strip()
