"""Reports sources of COPY and ADD that .dockerignore keeps from the builder."""

import posixpath

from dfix import Add, Copy, Fixer, Phase, Reported, Valid


class CopyIgnoredFile(Fixer):
    """Reports sources of COPY and ADD that .dockerignore keeps from the builder.

    **Why**

    The builder does not see what `.dockerignore` names: the COPY fails, though the file lies there
    for everybody to see.

    **When it is reported**

    For a source that is in the build context, by all folders that may be it, and that the ignore
    file in force names. Sources with variables or patterns, from other stages and from other images
    are left alone.

    **What to do**

    Take the line out of the ignore file, bring the source back with a line that begins with `!`, or
    drop the COPY.
    """

    message = "the source is kept from the builder"
    phase = Phase.COPYING
    aliases = ("CopyIgnoredFile",)
    practices = ("04",)
    reference = "https://docs.docker.com/reference/build-checks/copy-ignored-file/"
    VALID = (
        Valid(
            "FROM debian:12\nCOPY a.txt /\n",
            context={"a.txt": b"a\n", ".dockerignore": b"b.txt\n"},
        ),
        Valid(
            "FROM debian:12\nCOPY a.txt /\n",
            why="it is brought back",
            context={"a.txt": b"a\n", ".dockerignore": b"*\n!a.txt\n"},
        ),
        Valid("FROM debian:12\nCOPY a.txt /\n", why="nothing is known of the context"),
        Valid(
            "FROM debian:12 AS a\nFROM a\nCOPY --from=a /a.txt /\n",
            why="it comes from a stage",
            context={"a.txt": b"a\n", ".dockerignore": b"a.txt\n"},
        ),
    )
    REPORTED = (
        Reported(
            "FROM debian:12\nCOPY a.txt b.txt /\n",
            2,
            context={"a.txt": b"a\n", "b.txt": b"b\n", ".dockerignore": b"*.txt\n!b.txt\n"},
        ),
    )

    def visit_Copy(self, node: Copy) -> None:
        """Looks at the sources of a COPY."""
        self._look(node)

    def visit_Add(self, node: Add) -> None:
        """Looks at the sources of an ADD."""
        self._look(node)

    def _look(self, node: Copy | Add) -> None:
        evidence = self.facts.surroundings.evidence
        if evidence is None or node.flag("from") is not None:
            return
        for source in node.sources:
            if any(sign in source for sign in "$*?[\\") or "://" in source:
                continue
            if source.startswith("<<") and node.heredocs:
                continue
            if evidence.ignored(source, level_is_safe=False):
                within = posixpath.normpath(f"/{source}").lstrip("/")
                self.advise(
                    node,
                    f".dockerignore names {source}: take it out there, or bring it back with"
                    f" `!{within}`",
                )
