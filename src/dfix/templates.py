"""Whether a text is a Dockerfile or what a template engine makes one from.

A template is no Dockerfile yet, so nothing can be said about the image that will come of it.
"""

import re

from dfix.patterns import regex

_SHELL_TEXT = frozenset({"RUN", "CMD", "ENTRYPOINT", "HEALTHCHECK"})
"""Instructions whose text belongs to commands; `docker inspect -f '{{.Id}}'` is no template."""

_WITH_HEREDOC = frozenset({"RUN", "COPY", "ADD"})

_STATEMENTS = (("{{", "}}"), ("{%", "%}"), ("<%", "%>"))  # Go and Mustache, Jinja, ERB and EJS
_PLACEHOLDERS = (*_STATEMENTS, ("#{", "}"))  # and Ruby

_ESCAPE = regex(r"#\s*escape\s*=\s*([\\`])\s*$", re.IGNORECASE)
_HEREDOC = regex(r"(?<!<)<<-?\s*([\"']?)([A-Za-z_][\w.-]*)\1")


def is_template(text: str) -> bool:
    """Whether `text` holds `{{ }}`, `{% %}`, `<% %>` or `#{}` outside of commands.

    Comments and heredocs do not count. The text is read line by line and need not be a Dockerfile.
    """
    lines = text.split("\n")
    escape = _escape_character(lines)
    last = {line.strip(): number for number, line in enumerate(lines)}
    keyword = ""
    heredocs: list[str] = []
    for number, line in enumerate(lines):
        stripped = line.strip()
        if heredocs:
            if stripped == heredocs[0]:
                del heredocs[0]
            continue
        if not stripped or (stripped.startswith("#") and not stripped.startswith("#{")):
            continue
        keyword = keyword or _keyword(stripped)
        # A line that is nothing else steers an engine, also between the lines of a RUN.
        if any(stripped.startswith(a) and stripped.endswith(b) for a, b in _STATEMENTS):
            return True
        if keyword not in _SHELL_TEXT and _has_placeholder(stripped):
            return True
        if keyword in _WITH_HEREDOC:
            # What looks like a heredoc and never ends is none, such as a shift in arithmetic.
            opened = [name for _, name in _HEREDOC.findall(line)]
            heredocs = [name for name in opened if last.get(name, 0) > number]
        if not stripped.endswith(escape):
            keyword = ""
    return False


def _escape_character(lines: list[str]) -> str:
    """The escape character that the directives at the top of the file ask for."""
    for line in lines:
        if not line.startswith("#"):
            break
        if match := _ESCAPE.match(line):
            return match[1]
    return "\\"


def _keyword(line: str) -> str:
    """The instruction that a logical line begins with, or that its ONBUILD does."""
    words = line.upper().split(maxsplit=2)
    return words[1] if words[0] == "ONBUILD" and len(words) > 1 else words[0]


def _has_placeholder(line: str) -> bool:
    for start, end in _PLACEHOLDERS:
        at = line.find(start)
        if at >= 0 and line.find(end, at + len(start)) >= 0:
            return True
    return False
