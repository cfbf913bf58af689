"""Base images that the call of a build may replace by quite another one."""

from dfix import Facts, Stage, regex

#: A version from a variable, with a variant behind it that says what the image is built on.
_VERSION_ONLY = regex(
    r"[^$]+:[^$]*\$(?:\w+|\{\w+\})-(?:.*-)?(?:alpine[0-9.]*|slim|bullseye|bookworm|trixie|focal|jammy|noble)"
)


def may_be_another(facts: Facts, stage: Stage) -> bool:
    """Whether a build argument decides what family of images `stage` begins with."""
    written = facts.stages.lineage(stage)[-1].start.image
    return "$" in written and not _VERSION_ONLY.fullmatch(written)
