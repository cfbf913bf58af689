"""Reports compilers and builds that end up in the image that is shipped."""

from dfix import (
    Cmd,
    Entrypoint,
    ExecForm,
    Fixer,
    Instruction,
    Node,
    Phase,
    Reported,
    Run,
    Span,
    Stage,
    Valid,
    regex,
)
from dfix.facts.commands import PACKAGE_MANAGERS, base_name, installed_packages, literal_arguments
from dfix.facts.scripts import Command, commands_of

_COMPILERS = regex(
    r"gcc(?:-[0-9.]+)?|g\+\+(?:-[0-9.]+)?|gcc-c\+\+|build-essential|build-base|clang(?:-[0-9.]+)?|"
    r"cmake|alpine-sdk|base-devel|rustc|cargo"
)
_REMOVING = frozenset({"remove", "purge", "autoremove", "erase", "del"})
#: Calls that build a program which needs none of its tools to run.
_BUILDS = {
    "go": frozenset({"build", "install"}),
    "cargo": frozenset({"build", "install"}),
    "mvn": frozenset({"package", "install", "verify"}),
    "mvnw": frozenset({"package", "install", "verify"}),
    "gradle": frozenset({"build", "bootJar", "shadowJar", "assemble"}),
    "gradlew": frozenset({"build", "bootJar", "shadowJar", "assemble"}),
    "dotnet": frozenset({"publish"}),
}


class BuildToolsShipped(Fixer):
    """Reports compilers and builds that end up in the image that is shipped.

    **Why**

    A compiler, its headers and the sources are the greater part of such an image. Nobody needs them
    at run time, save whoever broke in.

    **When it is reported**

    When a file of one stage builds a program with Go, Cargo, Maven, Gradle or .NET, or installs a
    compiler and does not remove any package again, and starts none of these tools.

    **What to do**

    Build in a stage of its own, and copy the result from there: `COPY --from=build`.
    """

    message = "tools that build are shipped with the image"
    phase = Phase.COPYING
    practices = ("04",)
    reference = "https://docs.docker.com/build/building/multi-stage/"
    VALID = (
        Valid("FROM debian:12\nRUN apt-get install -y curl\n"),
        Valid("FROM golang:1.25 AS a\nRUN go build -o /a\nFROM scratch\nCOPY --from=a /a /a\n"),
        Valid("FROM alpine:3.22\nRUN apk add gcc && make && apk del gcc\n", why="it is removed"),
        Valid("FROM golang:1.25\nRUN go test ./...\n", why="the tools are what it is for"),
        Valid(
            'FROM golang:1.25\nRUN go build ./...\nCMD ["go", "test", "./..."]\n',
            why="the tools are what is started",
        ),
    )
    REPORTED = (
        Reported("FROM golang:1.25\nCOPY . .\nRUN go build -o /app\nCMD /app\n", line=3),
        Reported("FROM debian:12\nRUN apt-get install -y gcc && gcc a.c\nCMD ./a.out\n", line=2),
    )

    def visit_Stage(self, stage: Stage) -> None:
        """Looks at the only stage of a file."""
        if len(self.facts.tree.stages) != 1 or not self._starts_something(stage):
            return
        if any(map(_is_started, stage.instructions)):
            return  # What is started builds, or runs from sources.
        found: tuple[Node, Span, str] | None = None
        for instruction in stage.instructions:
            if not isinstance(instruction, Run):
                continue
            for node, command in commands_of(self.facts, instruction):
                if _removes(command):
                    return
                if found is None and (what := _needed_to_build(command)):
                    found = node, command.span, what
        if found is not None:
            place, span, what = found
            self.advise(
                place,
                f"{what}: if nothing needs it at run time, build in a stage of its own, and copy the "
                "result with COPY --from",
                within=span,
            )

    def _starts_something(self, stage: Stage) -> bool:
        """Whether the image is made to run a program, rather than to be a toolbox."""
        return any(isinstance(each, Cmd | Entrypoint) for each in stage.instructions)


def _is_started(instruction: Instruction) -> bool:
    """Whether ENTRYPOINT or CMD starts a tool that builds."""
    if not isinstance(instruction, Cmd | Entrypoint) or instruction.command is None:
        return False
    form = instruction.command
    words = form.values if isinstance(form, ExecForm) else tuple(form.text.split())
    name = (words[0] if words else "").rpartition("/")[2]
    if name == "dotnet":
        return words[1:2] != () and words[1] in {"run", "watch", "test", "build"}
    return name in _BUILDS


def _removes(command: Command) -> bool:
    return base_name(command) in PACKAGE_MANAGERS and any(
        value in _REMOVING for value in literal_arguments(command)
    )


def _needed_to_build(command: Command) -> str:
    """What a command brings or makes that only a build needs; empty for nothing."""
    name = base_name(command) or ""
    values = literal_arguments(command)
    if name in _BUILDS:
        verb = next((value for value in values if value in _BUILDS[name]), None)
        return f"`{name} {verb}` builds here" if verb else ""
    for package in installed_packages(command) or ():
        if _COMPILERS.fullmatch(package):
            return f"`{package}` stays in the image"
    return ""
