"""What is proven about the changes that ShellCheck suggests."""

import re
from collections.abc import Mapping

from dfix import Span
from dfix.facts.scripts import ShellScript
from dfix.facts.shell_advice import Suggestion

_VARIABLE = re.compile(r"\$(?:([A-Za-z_]\w*)|\{([A-Za-z_]\w*)\})")
#: A text that no shell splits, and that is no pattern.
_ONE_WORD = re.compile(r"[A-Za-z0-9_.,:/@%+=-]+")
#: Variables that shells set themselves, or that change how they read.
_SHELLS_OWN = re.compile(
    r"IFS|PWD|OLDPWD|PATH|HOME|RANDOM|SRANDOM|SECONDS|EPOCH\w+|LINENO|PPID|EUID|UID|OPT\w+"
    r"|BASH\w*|ENV|HOSTNAME|HOSTTYPE|MACHTYPE|OSTYPE|SHLVL|SHELLOPTS|REPLY|COLUMNS|LINES|DIRSTACK"
    r"|FUNCNAME|GROUPS|PIPESTATUS|HIST\w+|PS[0-4]|_"
)


def raw_edits(script: ShellScript, suggestion: Suggestion) -> list[tuple[Span, str]] | None:
    """The edits by ranges of the text as it stands in the file; None where one goes over lines.

    What is put in stands right before what follows it where it opens the change, else right behind
    what it follows: a continuation in between stays outside.
    """
    origin = script.joined.origin
    edits: list[tuple[Span, str]] = []
    for number, each in enumerate(suggestion.replacements):
        if origin is None:
            span = Span(each.start, each.end)
        elif each.start == each.end:
            at = origin[each.start - 1] + 1 if number else origin[each.start]
            span = Span(at, at)
        else:
            span = Span(origin[each.start], origin[each.end - 1] + 1)
        if span.end - span.start != each.end - each.start:
            return None
        edits.append((span, each.text))
    return edits


def backquotes(script: ShellScript, suggestion: Suggestion) -> str:
    """Why backquotes are not the same as `$(...)`; empty where they are."""
    text = script.cooked
    if [each.text for each in suggestion.replacements] != ["$(", ")"]:
        return "the change is not the one that is known"
    first, last = suggestion.replacements
    if text[first.start : first.end] != "`" or text[last.start : last.end] != "`":
        return "there are no backquotes"
    inner = text[first.end : last.start]
    if "\\" in inner or "`" in inner:
        return "backslashes between backquotes mean something else"
    if "#" in inner or "<<" in inner:
        return "a comment would take the parenthesis with it, as may a here-document"
    if inner.lstrip().startswith("(") or inner.count("(") != inner.count(")"):
        return "the parentheses within it would be read otherwise"
    if re.search(r"\b(?:case|esac)\b", inner):
        return "a case within it has parentheses of its own"
    if '"' in inner and text.count('"', 0, first.start) % 2:
        return "quotes within quotes are read otherwise"
    return ""


def plain_variable(script: ShellScript, suggestion: Suggestion, env: Mapping[str, str]) -> str:
    """Why quotes around a variable may change something; empty where they do not."""
    text = script.cooked
    edits = suggestion.replacements
    if len(edits) != 2 or any(each.text != '"' or each.start != each.end for each in edits):
        return "the change is not the one that is known"
    found = _VARIABLE.fullmatch(text[edits[0].start : edits[1].start])
    name = (found[1] or found[2]) if found else ""
    value = env.get(name)
    if not name or _SHELLS_OWN.fullmatch(name):
        return "nothing is known about what stands there"
    if value is None or "$" in value:
        return f"nothing in the file fixes what ${name} is"
    if not _ONE_WORD.fullmatch(value):
        return f"${name} may be split or taken for a pattern: that may be meant"
    if "IFS" in env or re.search(r"\bIFS\b", text):
        return "IFS decides how words are split"
    if re.search(rf"(?<!\$)(?<!\$\{{)\b{name}\b", text):
        return f"the RUN may set {name} anew"
    return ""
