"""Reports labels whose names do not follow Docker's guidelines."""

from dfix import Fixer, Label, Phase, Reported, Valid, regex

_NAME = regex(r"[a-z](?:[a-z0-9]|[.-](?=[a-z0-9]))*")
_SIGNS = regex(r"[^a-z0-9.-]")
_RESERVED = ("com.docker.", "io.docker.", "org.dockerproject.")


class LabelKey(Fixer):
    """Reports labels whose names do not follow Docker's guidelines.

    **Why**

    Tools filter images by the names of their labels, and names with capitals or other signs are
    written in more than one way. Some namespaces are Docker's own.

    **When it is reported**

    For a name with anything but small letters, digits, single `.` and single `-`, for one that does
    not begin with a letter and end with a letter or a digit, and for names below `com.docker`,
    `io.docker` and `org.dockerproject`. A name is never changed: something may look for it as it is.

    **What to do**

    Write `build-date` for `BUILD_DATE`, or a name of your own such as `com.example.build-date`.
    """

    message = "the name of a label does not follow the guidelines"
    phase = Phase.LANGUAGE
    aliases = ("DL3048",)
    reference = "https://docs.docker.com/engine/manage-resources/labels/#key-format-recommendations"
    VALID = (
        Valid('FROM debian:12\nLABEL maintainer="A" build-date=1 a.b.c-d=2\n'),
        Valid("FROM debian:12\nARG K=a\nLABEL $K=1\n", why="the name is not known"),
        Valid("FROM debian:12\nENV Build_Date=1\n"),
    )
    REPORTED = (
        Reported("FROM debian:12\nLABEL BUILD_DATE=1\n", line=2),
        Reported("FROM debian:12\nLABEL a=1 \\\n  com.docker.x=2\n", line=3),
    )

    def visit_Label(self, node: Label) -> None:
        """Looks at each name."""
        for pair in node.pairs:
            name = pair.key.strip("\"'")
            if "$" in name:
                continue
            if f"{name}.".startswith(_RESERVED):
                self.advise(pair, f"`{name}` is in a namespace of Docker's own: use one of yours")
            elif not _NAME.fullmatch(name):
                proposal = _SIGNS.sub("-", name.lower()).strip("-.")
                better = f", for instance `{proposal}`" if _NAME.fullmatch(proposal) else ""
                self.advise(
                    pair,
                    "write it with small letters, digits, single dots and hyphens alone"
                    f"{better}, where nothing looks for `{name}`",
                )
