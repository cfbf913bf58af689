"""What is told about a finding that somebody points at."""

import re
from collections.abc import Sequence

from lsprotocol import types

from dfix.lsp.documents import Document
from dfix.lsp.subject import Found, Rule

_PUNCTUATION = re.compile(r"([!-/:-@\[-`{-~])")
_MARKS = re.compile(r"\*\*|`")


def hover(
    document: Document, told: Sequence[tuple[Found, Rule]], kind: types.MarkupKind
) -> types.Hover:
    """Findings with what is to be said of their rules, over the range of the first one."""
    markdown = kind == types.MarkupKind.Markdown
    of = _markdown if markdown else _plain
    between = "\n\n---\n\n" if markdown else "\n\n"
    first = told[0][0]
    return types.Hover(
        types.MarkupContent(kind, between.join(of(found, rule) for found, rule in told)),
        document.range(first.start, first.end),
    )


def escaped(text: str) -> str:
    """A text in Markdown as what it is, whatever is in it."""
    return _PUNCTUATION.sub(r"\\\1", " ".join(text.split()))


def _markdown(found: Found, rule: Rule) -> str:
    lines = [
        f"**{rule.name}** ({', '.join((rule.level or 'reports only', *rule.aliases))})",
        f"{escaped(found.message)}: {escaped(found.verdict)}",
        rule.text,
    ]
    if rule.href:
        lines.append(f"<{rule.href}>")
    return "\n\n".join(lines)


def _plain(found: Found, rule: Rule) -> str:
    lines = [
        f"{rule.name} ({', '.join((rule.level or 'reports only', *rule.aliases))})",
        f"{found.message}: {found.verdict}",
        _MARKS.sub("", rule.text),
    ]
    return "\n\n".join((*lines, rule.href) if rule.href else lines)
