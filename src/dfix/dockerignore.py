"""`.dockerignore`: which files of a folder the builder does not see.

The rules are those of https://docs.docker.com/build/concepts/context/#dockerignore-files and of
https://pkg.go.dev/github.com/moby/patternmatcher: the last line that matches a path or one of
its folders decides.
"""

import posixpath

from msgspec import Struct

from dfix.globs import Glob, PatternError, compile_glob


class _Rule(Struct, frozen=True):
    glob: Glob
    brings_back: bool


class DockerIgnore(Struct, frozen=True):
    """The rules of one file; `DockerIgnore(())` ignores nothing."""

    _rules: tuple[_Rule, ...] = ()

    @property
    def brings_back(self) -> bool:
        """Whether a line begins with `!`: an ignored folder may then hold files all the same."""
        return any(rule.brings_back for rule in self._rules)

    def ignores(self, path: str) -> bool:
        """Whether `path`, relative to the context and without a leading `./`, is ignored."""
        parts = path.split("/")
        prefixes = ["/".join(parts[:count]) for count in range(len(parts), 0, -1)]
        ignored = False
        for rule in self._rules:
            # A line can only change the outcome where it says the other thing.
            if rule.brings_back == ignored and any(map(rule.glob.matches, prefixes)):
                ignored = not rule.brings_back
        return ignored


def parse_dockerignore(text: str) -> DockerIgnore:
    """The rules of a `.dockerignore` file's text.

    Raises `PatternError` for a line with which the build would fail.
    """
    rules = []
    for line in text.removeprefix("\ufeff").split("\n"):
        pattern = line.strip()
        if line.startswith("#") or not pattern:
            continue
        brings_back = pattern.startswith("!")
        pattern = pattern.removeprefix("!").strip()
        if not pattern:
            raise PatternError("nothing follows the exclamation mark")
        cleaned = posixpath.normpath(pattern).lstrip("/")
        rules.append(_Rule(compile_glob(cleaned, deep=True), brings_back))
    return DockerIgnore(tuple(rules))
