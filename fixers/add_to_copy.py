"""Writes COPY for an ADD that only copies."""

import posixpath
import re
from typing import Literal

from dfix import Add, Change, Copy, Fixer, Invalid, Level, Phase, Valid, regex
from dfix.facts.transfers import add_does

from ._keywords import in_case_of
from ._text_names import is_text_name

_KEPT_FLAGS = frozenset({"chown", "chmod", "link", "exclude"})
_ARCHIVE = "one of the sources is an archive, which ADD unpacks"
_UNKNOWN = "nothing shows that the source is no archive, which ADD would unpack"
_DOES = {
    "fetch": "a source is fetched from a URL, which COPY cannot do",
    "clone": "a source is a Git repository, which COPY cannot do",
    "unpack": _ARCHIVE,
}
_ALSO_ARCHIVE = regex(r"\.(?:tar|t[bgx]z2?|gz|bz2|xz|zst)\.", re.IGNORECASE)
_Answer = Literal["proven", "convention"]


class AddToCopy(Fixer):
    """Writes COPY for an ADD that only copies.

    **Why**

    ADD also unpacks archives and fetches URLs; what it does depends on the content of a file. COPY
    does one thing, and says so.

    **When it is applied**

    When no source is an archive, a URL or a Git repository: it is the whole context, a heredoc, or
    the build context shows a directory or a file that is no archive. At `standard` also where the
    folder of the Dockerfile or the root of the work tree show it, and for literal names that end like
    text or source code.

    **When it is refused**

    For archives, URLs, Git repositories, variables, sources that nothing is known about, and flags
    that only ADD has.
    """

    message = "ADD is used where COPY does the same"
    level = Level.SAFE
    phase = Phase.COPYING
    aliases = ("DL3020",)
    practices = ("04",)
    plan_paths = ("effect.kind", "effect.does")
    reference = "https://docs.docker.com/build/building/best-practices/#add-or-copy"
    VALID = (
        Valid("FROM debian:12\nCOPY app.go /src/\n"),
        Valid("FROM debian:12\nADD rootfs.tar.gz /\n", why="ADD unpacks it", refused=True),
        Valid("FROM debian:12\nADD https://example.com/x.tar.gz /tmp/\n", refused=True),
        Valid("FROM debian:12\nADD git@github.com:a/b.git /b\n", refused=True),
        Valid(
            "FROM debian:12\nADD vendor/* /opt/\n", why="a match may be an archive", refused=True
        ),
        Valid("FROM debian:12\nARG F\nADD $F /opt/\n", why="it may be anything", refused=True),
        Valid("FROM debian:12\nADD app /opt/\n", why="it may be an archive", refused=True),
        Valid("FROM debian:12\nADD x.tgz.txt /\n", why="by its content an archive", refused=True),
        Valid("FROM debian:12\nADD app.go /src/\n", level=Level.SAFE, why="a name is no proof"),
    )
    INVALID = (
        Invalid("FROM debian:12\nADD . /app\n", "FROM debian:12\nCOPY . /app\n", level=Level.SAFE),
        Invalid(
            "FROM debian:12\nadd --chown=1:1 app.go /src/\n",
            "FROM debian:12\ncopy --chown=1:1 app.go /src/\n",
            why="the name ends like source code",
        ),
        Invalid(
            "FROM debian:12\nADD app vendor/* /opt/\n",
            "FROM debian:12\nCOPY app vendor/* /opt/\n",
            context={"app": b"#!/bin/sh\n", "vendor/a.txt": b"a\n"},
            level=Level.SAFE,
        ),
    )

    def visit_Add(self, node: Add) -> None:
        """Proposes COPY, or says what speaks against it."""
        for flag in node.flags:
            if flag.name not in _KEPT_FLAGS:
                self.refuse(node, f"COPY has no --{flag.name}")
                return
        does = add_does(node)
        if does in _DOES:
            self.refuse(node, _DOES[does])
            return
        answers = [self._answer(node, source) for source in node.sources]
        refused = [answer for answer in answers if answer not in {"proven", "convention"}]
        if refused:
            self.refuse(node, refused[0], level=Level.STANDARD)
            return
        level = Level.SAFE if all(a == "proven" for a in answers) else Level.STANDARD
        copy = Copy(
            leading_lines=node.leading_lines,
            keyword=in_case_of(node.keyword, "COPY"),
            flags=node.flags,
            end=node.end,
            heredocs=node.heredocs,
            paths=node.paths,
            array=node.array,
        )
        stage = self.facts.stages.holding(node)
        index = stage.index if stage is not None else 0
        changes = [Change(index, "effect.kind", "ADD", "COPY")]
        if does == "unknown":
            changes.append(Change(index, "effect.does", "unknown", "copy"))
        self.fix(
            node,
            {node: copy},
            expects=tuple(changes),
            level=level,
            reason=None
            if level is Level.SAFE
            else "the source is no archive, by its name or by the folders that may be the context",
        )

    def _answer(self, node: Add, source: str) -> str:
        """`proven`, `convention`, or the reason why a source may not be copied."""
        if source.startswith("<<") and node.heredocs:
            return "proven"
        if "$" in source:
            return "a source has a variable in it"
        if posixpath.normpath(source.lstrip("/") or ".") == ".":
            return "proven"
        evidence = self.facts.surroundings.evidence
        for strict in (True, False):
            kind = evidence.kind(source, level_is_safe=strict) if evidence else "unknown"
            if kind == "archive":
                return _ARCHIVE
            if kind in {"directory", "file", "mixed"}:
                return "proven" if strict else "convention"
        # What is called `x.tgz.txt` is an archive that went through a mail, and is unpacked.
        told = is_text_name(source) and not _ALSO_ARCHIVE.search(source)
        return "convention" if told else _UNKNOWN
