"""What COPY and ADD do with their sources, as far as the file itself tells."""

import posixpath
import re
from typing import Literal

from dfix.nodes import Add
from dfix.patterns import regex

Does = Literal["copy", "fetch", "clone", "unpack", "unknown"]

_URL = regex(r"[a-z][a-z0-9+.-]*://", re.IGNORECASE)
_GIT = regex(r"(?:^git@|^ssh://|^git://|^github\.com/.*\.git|\.git(?:[#?].*)?$)", re.IGNORECASE)


def add_does(node: Add) -> Does:
    """What an ADD does; `unknown` where that depends on what its sources are.

    Source: https://docs.docker.com/reference/dockerfile/#adding-files-from-a-git-repository and the
    sections around it.
    """
    flags = {flag.name for flag in node.flags}
    found: set[Does] = set()
    for source in node.sources:
        if source.startswith("<<") and node.heredocs:
            found.add("copy")
        elif _GIT.search(source) or (flags & {"keep-git-dir"}):
            found.add("clone")
        elif _URL.match(source):
            found.add("fetch")
        elif posixpath.normpath(f"/{source}").strip("/") == "":
            found.add("copy")
        else:
            found.add("unknown")
    if "unpack" in flags:
        found.add("unpack")
    for answer in ("clone", "fetch", "unpack", "unknown"):
        if answer in found:
            return answer
    return "copy"
