"""Reports stages that are bound to one processor architecture."""

from dfix import Fixer, ImageReference, Phase, Reported, Stage, Valid, regex

_ARCHITECTURES = (
    "amd64|arm64v8|arm64|arm32v[5-7]|armv[67]|armhf|aarch64|x86_64|i386|(?<![.])386|ppc64le|s390x|riscv64|"
    "mips64le|loong64"
)
_SUFFIX = regex(rf"(?:.*[-_.])?({_ARCHITECTURES})(?:[-_.].*)?")
_FOLDER = regex(r"(amd64|arm64v8|arm32v[5-7]|i386|ppc64le|s390x|riscv64|mips64le)/")


class PlatformConstant(Fixer):
    """Reports stages that are bound to one processor architecture.

    **Why**

    The tag of an image stands for all architectures it is built for, and the builder takes the one
    it builds for. With a constant the image is the same on every machine: slow, or not to be started
    at all, on another one.

    **When it is reported**

    For a `--platform` of FROM that has no variable, and for images whose name or tag holds an
    architecture. Not where the stage's own name says it, as in `AS build-arm64`, and not on Windows.

    **What to do**

    Leave the flag out, or write `--platform=$BUILDPLATFORM` for a stage that only builds. For an
    image of one architecture take the name that stands for all of them.
    """

    message = "the stage is bound to one processor architecture"
    phase = Phase.PINNING
    aliases = ("FromPlatformFlagConstDisallowed", "DL3029")
    practices = ("03",)
    reference = (
        "https://docs.docker.com/reference/build-checks/from-platform-flag-const-disallowed/"
    )
    VALID = (
        Valid("FROM debian:12\n"),
        Valid("FROM --platform=$BUILDPLATFORM golang:1.25 AS build\n"),
        Valid("FROM --platform=linux/arm64 debian:12 AS build-arm64\n"),
        Valid("FROM me/arm64-tools:1\n", why="it is what the image is for"),
    )
    REPORTED = (
        Reported("FROM --platform=linux/amd64 debian:12\n", line=1),
        Reported("FROM arm32v7/debian:12\n", line=1),
        Reported("FROM me/app:1.2-amd64\n", line=1),
    )

    def visit_Stage(self, stage: Stage) -> None:
        """Looks at the flag, then at the image."""
        if self.facts.bases.is_windows(stage.start):
            return
        start = stage.start
        flag = start.flag("platform")
        platform = (flag.argument or "") if flag is not None else ""
        name = stage.name or ""
        if flag is not None and platform and "$" not in platform:
            if not any(part in name for part in platform.split("/")[1:2] if part):
                self.advise(
                    flag,
                    "leave it out, or write --platform=$BUILDPLATFORM if the stage only builds",
                )
            return
        image = ImageReference.parse(start.image)
        if flag is not None or image is None or self.facts.stages.parent(stage) is not None:
            return
        folder = _FOLDER.match(image.familiar_name)
        suffix = _SUFFIX.fullmatch(image.tag or "")
        found = folder or suffix
        if found is not None and found[1] not in name:
            self.advise(
                start.words[0],
                f"the image is for {found[1]} alone: take the name that stands for all architectures",
            )
