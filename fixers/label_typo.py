"""Reports labels that look like a misspelt well-known one."""

import difflib

from dfix import Fixer, Label, Phase, Reported, Valid

_OCI = "org.opencontainers.image."
_SCHEMA = "org.label-schema."
#: https://github.com/opencontainers/image-spec/blob/main/annotations.md
_OCI_NAMES = tuple(
    _OCI + name
    for name in """created authors url documentation source version revision vendor licenses ref.name
    title description base.digest base.name""".split()
)
#: http://label-schema.org/rc1/ has been replaced by the names above, and is still in use.
_SCHEMA_NAMES = tuple(
    _SCHEMA + name
    for name in """build-date name description usage url vcs-url vcs-ref vendor version
    schema-version docker.cmd docker.cmd.devel docker.cmd.test docker.cmd.debug docker.cmd.help
    docker.params docker.dockerfile docker.debug""".split()
)
_WORDS = ("maintainer", "description")
_RIGHT = frozenset({*_WORDS, "maintainers", "descriptions", "maintained"})
_CLOSE = 0.85


class LabelTypo(Fixer):
    """Reports labels that look like a misspelt well-known one.

    **Why**

    Tools look for labels by their exact names: nobody finds the maintainer under `mantainer`. A
    spelling is never repaired, because something may look for it as it is.

    **When it is reported**

    For names that differ in a letter or two from `maintainer`, `description`, or a name of the Open
    Container Initiative or of Label Schema.

    **What to do**

    Write the name as it is looked for.
    """

    message = "the label looks like a misspelt one"
    phase = Phase.LANGUAGE
    reference = "https://github.com/opencontainers/image-spec/blob/main/annotations.md"
    VALID = (
        Valid('FROM debian:12\nLABEL maintainer="A" version="1"\n'),
        Valid('FROM debian:12\nLABEL maintainers="A, B"\n'),
        Valid('FROM debian:12\nLABEL org.opencontainers.image.title="A"\n'),
        Valid('FROM debian:12\nLABEL com.example.maintaner="A"\n', why="the name is their own"),
    )
    REPORTED = (
        Reported("FROM debian:12\nLABEL mantainer=me\n", line=2),
        Reported('FROM debian:12\nLABEL org.opencontainers.image.sorce="a"\n', line=2),
    )

    def visit_Label(self, node: Label) -> None:
        """Compares each name with those that are well known."""
        for pair in node.pairs:
            key = pair.key.strip("\"'")
            if meant := _meant(key):
                self.advise(pair, f"`{key}` is not looked for: is `{meant}` meant?")


def _meant(key: str) -> str:
    """The well-known name that `key` misspells; empty for none."""
    lower = key.lower()
    if lower in _RIGHT or "$" in key:
        return ""
    if "." not in lower:
        names: tuple[str, ...] = _WORDS if lower.isalpha() else ()
    elif lower.startswith("org."):
        names = (*_OCI_NAMES, *_SCHEMA_NAMES)
        if lower in names:
            return ""
    else:
        names = ()
    found = difflib.get_close_matches(lower, names, 1, _CLOSE if "." not in lower else 0.93)
    if not found or abs(len(found[0]) - len(lower)) > 2 or found[0].count(".") != lower.count("."):
        return ""
    return found[0]
