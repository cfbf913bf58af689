"""Files that only stand for others: what git-lfs, git-annex and git-crypt keep in a repository.

In a checkout without those tools, or in a commit itself, such a file is there in place of the real one,
of which nothing can be told.
"""

_PREFIXES = {
    # https://github.com/git-lfs/git-lfs/blob/main/docs/spec.md
    b"version https://git-lfs.github.com/spec/": "a git-lfs pointer",
    b"version https://hawser.github.com/spec/": "a git-lfs pointer",
    # https://git-annex.branchable.com/internals/pointer_file/
    b"/annex/objects/": "a git-annex pointer",
    # https://github.com/AGWA/git-crypt
    b"\0GITCRYPT\0": "encrypted by git-crypt",
}

LONGEST_PREFIX = max(len(prefix) for prefix in _PREFIXES)
"""Bytes of a file that have to be looked at."""


def pointer(head: bytes) -> str | None:
    """What kind of pointer a file that begins with `head` is; None for a file that stands for itself."""
    return next((kind for prefix, kind in _PREFIXES.items() if head.startswith(prefix)), None)
