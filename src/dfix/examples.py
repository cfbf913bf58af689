"""Holds a fixer to its own examples, and to what it says about itself.

The examples of dfix's own fixers are tested by this, and `dfix test` tests other packages' by it.
"""

import inspect
import re
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from fnmatch import fnmatchcase
from pathlib import Path
from tempfile import TemporaryDirectory

from dfix import nodes
from dfix.check import problems
from dfix.engine import Request, Result, fix_bytes
from dfix.fixer import Fixer, Invalid, Level, Reported, Valid
from dfix.nodes import Node
from dfix.parser import parse
from dfix.patterns import regex
from dfix.surroundings import surroundings_of
from dfix.text import encode

SECTIONS = ("**Why**", "**When it is applied**", "**When it is refused**")
REPORT_SECTIONS = ("**Why**", "**When it is reported**", "**What to do**")
_HEADING = regex(r"\*\*[^*\n]+\*\*")
_LEAST_WORDS = 5  # in a section of a docstring
_LONGEST_LINE = 100

Example = Valid | Invalid | Reported


@dataclass(frozen=True, slots=True)
class Failure:
    """What does not hold: of an example, `INVALID 2` (from 1), or of the class itself."""

    place: str
    what: str

    def __str__(self) -> str:
        return f"{self.place}: {self.what}"


def failures(fixer: type[Fixer]) -> tuple[Failure, ...]:
    """All that does not hold of a fixer; nothing is run but the fixer itself."""
    return tuple(_failures(fixer))


def _failures(fixer: type[Fixer]) -> Iterator[Failure]:
    for what in objections_to_class(fixer):
        yield Failure("class", what)
    kinds: Mapping[str, tuple[Example, ...]] = {
        "VALID": fixer.VALID,
        "INVALID": fixer.INVALID,
        "REPORTED": fixer.REPORTED,
    }
    for kind, examples in kinds.items():
        for at, example in enumerate(examples, 1):
            for what in objections_to_example(fixer, example):
                yield Failure(f"{kind} {at}", what)


def objections_to_example(fixer: type[Fixer], example: Example) -> Iterator[str]:
    """What does not hold of one example, as it stands and with the line ends of Windows."""
    try:
        yield from _objections_to_example(fixer, example)
    except MemoryError:
        raise  # the machine's fault, and no example's
    except (Exception, SystemExit) as error:  # an example may hold anything
        yield " ".join(f"it cannot be tried: {type(error).__name__}: {error}".split())


def _objections_to_example(fixer: type[Fixer], example: Example) -> Iterator[str]:
    if not isinstance(example, Invalid):
        yield from _of_untouched(fixer, example, example.code)
        if "\r" not in example.code:
            for what in _of_untouched(fixer, example, _windows(example.code)):
                yield f"with CR LF: {what}"
        return
    yield from _of_changed(fixer, example, example.before, example.after)
    if "\r" not in example.before + example.after:
        before, after = _windows(example.before), _windows(example.after)
        for what in _of_changed(fixer, example, before, after, may_refuse=True):
            yield f"with CR LF: {what}"
    for level in Level:
        if level < fixer.level and outcome(fixer, example.before, example, level).changed:
            yield f"it is changed at {level}, below the fixer's own level"


def _windows(text: str) -> str:
    return text.replace("\n", "\r\n")


def _of_untouched(fixer: type[Fixer], example: Valid | Reported, code: str) -> Iterator[str]:
    result = outcome(fixer, code, example)
    if result.error is not None:
        yield str(result.error)
        return
    yield from _refusals_of_the_builder(code)
    if result.after != encode(code):
        yield f"it is changed:\n{_shown(result.after)}"
    told = [each for each in result.findings if each.status == "refused"]
    if not all(each.reason and each.message for each in told):
        yield "something is told without a reason"
    if isinstance(example, Reported):
        if example.line not in {each.line for each in told}:
            lines = sorted({each.line for each in told})
            yield f"line {example.line} is not reported; lines that are: {lines or 'none'}"
    elif example.refused and not told:
        yield "nothing is refused, and it says `refused=True`"
    elif told and not example.refused:
        yield f"it is refused: {told[0].reason}"


def _of_changed(
    fixer: type[Fixer], example: Invalid, before: str, after: str, *, may_refuse: bool = False
) -> Iterator[str]:
    if before == after:
        yield "before and after are the same"
        return
    result = outcome(fixer, before, example)
    if result.error is not None:
        yield str(result.error)
        return
    yield from _refusals_of_the_builder(before)
    if may_refuse and not result.changed and _is_refused(result):
        return  # As good: what it writes may have no place among such line ends.
    if result.after != encode(after):
        reasons = [f"\nrefused: {each.reason}" for each in result.findings if each.reason]
        yield f"it becomes something else:\n{_shown(result.after)}{''.join(reasons)}"
        return
    if "fixed" not in {each.status for each in result.findings}:
        yield "no fix of it is reported"
    tree = parse(result.after)
    if tree.code != result.after:
        yield "what it becomes does not read as it is written"
    lost = _comments(before) - _comments(after)
    yield from (f"a comment is lost: {text}" for text in lost)
    for change in result.changes:
        allowed = any(fnmatchcase(change.item, each) for each in fixer.plan_paths)
        if not allowed and change.item != "boundary":  # these come and go with their statements
            yield f"it changes {change.item} of the build plan, which plan_paths does not name"
    again = outcome(fixer, after, example)
    if again.after != result.after:
        yield f"a second run changes it further:\n{_shown(again.after)}"


def _refusals_of_the_builder(code: str) -> Iterator[str]:
    """A file that cannot be built is left alone by any fixer: such an example shows nothing."""
    for each in problems(parse(encode(code))):
        if each.kind != "empty":
            yield f"the builder would refuse it: line {each.line}: {each.message}"


def _is_refused(result: Result) -> bool:
    return any(each.status == "refused" and each.reason for each in result.findings)


def _comments(text: str) -> Counter[str]:
    return Counter(line for each in text.split("\n") if (line := each.strip()).startswith("#"))


def _shown(data: bytes) -> str:
    text = data.decode("utf-8", "backslashreplace").removesuffix("\n").replace("\r", "\\r")
    return "\n".join(f"    {line}" for line in text.split("\n"))


def outcome(fixer: type[Fixer], code: str, example: Example, level: Level | None = None) -> Result:
    """What a fixer alone makes of `code`, with the level, the options and the context of `example`.

    The context is written to a folder that is gone afterwards. Raises OSError where none can be made.
    """
    with TemporaryDirectory(prefix="dfix-example-") as name:
        folder = Path(name)
        context = None if example.context is None else written(folder, example.context)
        surroundings = surroundings_of(
            (context or folder) / "Dockerfile",
            options={fixer.name: dict(example.options)},
            context=context,
            has_context=False,
        )
        asked = example.level if level is None else level
        return fix_bytes(encode(code), Request((fixer,), asked, surroundings))


def written(folder: Path, files: Mapping[str, bytes]) -> Path:
    """A folder with files in it. Raises ValueError for a name that leads out of it."""
    root = folder / "context"
    for name, content in files.items():
        path = root / name
        if ".." in path.parts or not path.is_relative_to(root):
            raise ValueError(f"{name} is outside of the context")
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
    root.mkdir(exist_ok=True)
    return root


def objections_to_class(fixer: type[Fixer]) -> Iterator[str]:
    """What does not hold of what a fixer says about itself."""
    examples = fixer.INVALID or fixer.REPORTED
    if not examples:
        yield "there is no example of what it changes (INVALID) or reports (REPORTED)"
    elif len(fixer.VALID) < len(examples):
        yield (
            f"what it leaves alone should be more: {len(fixer.VALID)} VALID, {len(examples)} others"
        )
    if fixer.message.endswith("."):
        yield "the message ends in a full stop"
    if not re.fullmatch(r"https://\S+", fixer.reference):
        yield "the reference is no https address"
    visits = [name for name in dir(fixer) if name.startswith("visit_")]
    if not visits:
        yield "it has no method visit_..., so it never looks at anything"
    for name in visits:
        kind = getattr(nodes, name.removeprefix("visit_"), None)
        if not (isinstance(kind, type) and issubclass(kind, Node)):
            yield f"{name} is never called: there is no node of that name"
    if not fixer.INVALID and fixer.plan_paths:
        yield "it only reports, and says in plan_paths what it may change"
    yield from _objections_to_options(fixer)
    yield from _objections_to_docstring(fixer)


def _objections_to_options(fixer: type[Fixer]) -> Iterator[str]:
    for name, option in fixer.options.items():
        if not option.meaning:
            yield f"the option {name} has no meaning"
        if option.choices and option.default not in option.choices:
            yield f"the default of the option {name} is none of its choices"


def _objections_to_docstring(fixer: type[Fixer]) -> Iterator[str]:
    doc = inspect.cleandoc(fixer.__doc__ or "")
    if not doc:
        yield "there is no docstring"
        return
    lines = doc.split("\n")
    if not is_sentence(lines[0]) or lines[1:2] not in ([], [""]):
        yield "the docstring does not begin with one sentence on a line of its own"
    sections = SECTIONS if fixer.INVALID else REPORT_SECTIONS
    headings = tuple(line for line in lines if _HEADING.fullmatch(line))
    if headings != sections:
        yield f"the docstring's sections are not {', '.join(sections)}, in this order"
        return
    texts = re.split("|".join(map(re.escape, sections)), doc)[1:]
    for heading, text in zip(sections, texts, strict=True):
        if len(text.split()) <= _LEAST_WORDS:
            yield f"the docstring's section {heading} says too little"


def is_sentence(line: str) -> bool:
    """Whether a text is one sentence of one line, and no longer than a line is."""
    return (
        "\n" not in line
        and line.endswith(".")
        and line[:1].isupper()
        and len(line) <= _LONGEST_LINE
    )
