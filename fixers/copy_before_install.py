"""Reports a COPY of the whole context above the installation of dependencies."""

import re

from dfix import Add, Copy, Fixer, Phase, Reported, Run, Stage, Valid
from dfix.facts.commands import base_name, literal_arguments
from dfix.facts.scripts import Command, commands_of

#: What each tool reads, as an example of what to copy first.
_MANIFESTS = {
    "npm": "package*.json",
    "yarn": "package.json yarn.lock",
    "pnpm": "package.json pnpm-lock.yaml",
    "pip": "requirements.txt",
    "pip3": "requirements.txt",
    "poetry": "pyproject.toml poetry.lock",
    "pipenv": "Pipfile Pipfile.lock",
    "bundle": "Gemfile Gemfile.lock",
    "composer": "composer.json composer.lock",
    "go": "go.mod go.sum",
}
_VERBS = {
    "npm": frozenset({"install", "ci", "i"}),
    "yarn": frozenset({"install"}),
    "pnpm": frozenset({"install", "i"}),
    "poetry": frozenset({"install"}),
    "pipenv": frozenset({"install", "sync"}),
    "bundle": frozenset({"install"}),
    "composer": frozenset({"install"}),
}


class CopyBeforeInstall(Fixer):
    """Reports a COPY of the whole context above the installation of dependencies.

    **Why**

    Any file that changes makes the builder run all steps below the COPY again, and so all
    dependencies are fetched anew for each change of a line of code.

    **When it is reported**

    When a stage copies `.`, and installs what a manifest lists (npm, yarn, pnpm, pip, poetry,
    pipenv, bundler, composer, go) for the first time further down.

    **What to do**

    Copy the manifest and its lock file first, install, and copy the rest then.
    """

    message = "all files are copied before the dependencies are installed"
    phase = Phase.COPYING
    practices = ("04",)
    reference = "https://docs.docker.com/build/cache/optimize/#order-your-layers"
    VALID = (
        Valid("FROM node:22\nCOPY package*.json .\nRUN npm ci\nCOPY . .\n"),
        Valid("FROM node:22\nCOPY . .\nRUN npm run build\n"),
        Valid("FROM node:22\nCOPY . .\nRUN npm install -g pm2\n", why="no manifest is read"),
        Valid("FROM node:22\nCOPY . .\nRUN --mount=type=cache,target=/root/.npm npm ci\n"),
        Valid("FROM node:22\nCOPY --from=a:1 . .\nRUN npm ci\n"),
    )
    REPORTED = (
        Reported("FROM node:22\nCOPY . .\nRUN npm ci\n", line=2),
        Reported(
            "FROM python:3.13\nADD . /app\nRUN pip install -r /app/requirements.txt\n", line=2
        ),
    )

    def visit_Stage(self, stage: Stage) -> None:
        """Looks for the first installation below a COPY of everything."""
        copied: Copy | Add | None = None
        done: set[str] = set()
        for instruction in stage.instructions:
            if isinstance(instruction, Copy | Add):
                if copied is None and _is_everything(instruction):
                    copied = instruction
            elif isinstance(instruction, Run):
                for tool in self._installing(instruction):
                    if copied is None:
                        done.add(tool)
                    elif tool not in done:
                        self.advise(
                            copied,
                            f"copy {_MANIFESTS[tool]} first, install with {tool}, and copy the rest then",
                        )
                        return

    def _installing(self, run: Run) -> list[str]:
        if any("type=cache" in (flag.argument or "") for flag in run.flags):
            return []
        commands = (command for _, command in commands_of(self.facts, run))
        return [name for command in commands if (name := _tool(command))]


def _is_everything(node: Copy | Add) -> bool:
    return node.flag("from") is None and any(
        source in {".", "./", "/", "*", "./*"} for source in node.sources
    )


def _tool(command: Command) -> str:
    """The tool that installs what a manifest lists; empty for other commands."""
    name = base_name(command) or ""
    values = literal_arguments(command)
    plain = [value for value in values if value is not None and not value.startswith("-")]
    if None in values:
        return ""
    if re.fullmatch(r"python[0-9.]*", name) and values[:2] == ("-m", "pip"):
        name, plain, values = "pip", plain[1:], values[2:]
    if name in {"pip", "pip3"}:
        return name if plain[:1] == ["install"] and _reads_file(values) else ""
    if name == "go":
        return name if plain[:2] == ["mod", "download"] else ""
    if name == "yarn" and not plain:
        return name if not any(value in {"--version", "-v"} for value in values) else ""
    if name in _VERBS and len(plain) == 1 and plain[0] in _VERBS[name]:
        return name if not {"-g", "--global"} & set(values) else ""
    return ""


def _reads_file(values: tuple[str | None, ...]) -> bool:
    return any((value or "").startswith(("-r", "--requirement")) for value in values)
