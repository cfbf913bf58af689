"""maintainer-to-label: what it leaves alone first, then what it changes."""

from collections.abc import Iterator

import pytest
from e2b_dockerfile_utils.lexer import ShellLex
from hypothesis import given, settings
from hypothesis import strategies as st

from dfix import Level
from tests.differential.readers import GoReader, PortedReader, Reader
from tests.fixers.checks import check_fixed, check_noop, check_refused, run

NAME = "maintainer-to-label"
F = "FROM debian:12\n"
KEY = "org.opencontainers.image.authors"
SET = "is set already"

NOOP = {
    "label": "LABEL maintainer=me\n",
    "the label": f"LABEL {KEY}=me\n",
    "comment": "# MAINTAINER me\n",
    "word of a RUN": "RUN echo \\\n  MAINTAINER me\n",
    "heredoc": "RUN <<EOF\nMAINTAINER me\nEOF\n",
    "label with the word as its name": 'LABEL MAINTAINER="me"\n',
}

REFUSED = {
    "label above": (f"LABEL {KEY}=us\nMAINTAINER me\n", SET),
    "label below": (f"MAINTAINER me\nLABEL a=b {KEY}=us\n", SET),
    "legacy label": (f"MAINTAINER me\nLABEL {KEY} us\n", SET),
    "quoted name of the label": (f'MAINTAINER me\nLABEL "{KEY}"=us\n', SET),
    "label by a variable": ("ARG A\nMAINTAINER me\nLABEL $A=us\n", SET),
    "label by a default": ("MAINTAINER me\nLABEL ${B:-c}=us\n", SET),
    "swallowed instruction": ("MAINTAINER me \\\nRUN true\n", "swallowed"),
    "swallowed over an empty line": ("MAINTAINER me \\\n\nRUN true\n", "swallowed"),
    "byte-order mark": ("MAINTAINER \ufeffme\n", "cannot be written"),
}

FIXED = {
    "name": ("MAINTAINER Jo <jo@x.org>\n", f'LABEL {KEY}="Jo <jo@x.org>"\n'),
    "word": ("MAINTAINER me\n", f'LABEL {KEY}="me"\n'),
    "blanks": ("MAINTAINER   Jo  Doe \t\n", f'LABEL   {KEY}="Jo  Doe" \t\n'),
    "small letters": ("maintainer me\n", f'label {KEY}="me"\n'),
    "title": ("Maintainer me\n", f'Label {KEY}="me"\n'),
    "double quotes around": ('MAINTAINER "Jo Doe"\n', f'LABEL {KEY}="Jo Doe"\n'),
    "single quotes around": ("MAINTAINER 'Jo Doe'\n", f'LABEL {KEY}="Jo Doe"\n'),
    "double quotes within": (
        'MAINTAINER Jo "jo@x.org"\n',
        f'LABEL {KEY}="Jo \\"jo@x.org\\""\n',
    ),
    "two in quotes": ('MAINTAINER "a", "b"\n', f'LABEL {KEY}="\\"a\\", \\"b\\""\n'),
    "quote open": ('MAINTAINER "Jo\n', f'LABEL {KEY}="\\"Jo"\n'),
    "apostrophe": ("MAINTAINER O'Neil\n", f'LABEL {KEY}="O\'Neil"\n'),
    "signs": ("MAINTAINER a$B \\c ${D}\n", f'LABEL {KEY}="a\\$B \\\\c \\${{D}}"\n'),
    "hash": ("MAINTAINER me # or you\n", f'LABEL {KEY}="me # or you"\n'),
    "equals": ("MAINTAINER a=b\n", f'LABEL {KEY}="a=b"\n'),
    "no ASCII": ("MAINTAINER Jörg\u00a0Ü\n", f'LABEL {KEY}="Jörg\u00a0Ü"\n'),
    "lines": ("MAINTAINER Jo \\\n  Doe\n", f'LABEL {KEY}="Jo \\\n  Doe"\n'),
    "comment within": (
        'MAINTAINER Jo, \\\n# "and"\n  "Al"\n',
        f'LABEL {KEY}="Jo, \\\n# "and"\n  \\"Al\\""\n',
    ),
    "comment above": (
        "# who\n\nMAINTAINER me\nRUN true\n",
        f'# who\n\nLABEL {KEY}="me"\nRUN true\n',
    ),
    "carriage return": ("MAINTAINER me\r\n", f'LABEL {KEY}="me"\r\n'),
    "no line end": ("MAINTAINER me", f'LABEL {KEY}="me"'),
    "two: the last one counts": (
        "MAINTAINER me\nRUN true\nMAINTAINER you\n",
        f'LABEL {KEY}="me"\nRUN true\nLABEL {KEY}="you"\n',
    ),
    "other labels": ("LABEL a=b\nMAINTAINER me\n", f'LABEL a=b\nLABEL {KEY}="me"\n'),
    "two images": (
        "MAINTAINER me\nFROM busybox\nMAINTAINER you\n",
        f'LABEL {KEY}="me"\nFROM busybox\nLABEL {KEY}="you"\n',
    ),
    "another image has the label": (
        f"MAINTAINER me\nFROM busybox\nLABEL {KEY}=us\n",
        f'LABEL {KEY}="me"\nFROM busybox\nLABEL {KEY}=us\n',
    ),
}


@pytest.mark.parametrize("case", NOOP)
def test_noop(case: str) -> None:
    check_noop(NAME, F + NOOP[case])


@pytest.mark.parametrize("case", REFUSED)
def test_refused(case: str) -> None:
    text, reason = REFUSED[case]
    check_refused(NAME, F + text, reason)


@pytest.mark.parametrize(
    "text",
    [
        f"FROM debian:12 AS a\nLABEL {KEY}=us\nFROM a\nMAINTAINER me\n",
        f"FROM debian:12 AS a\nMAINTAINER me\nFROM a\nLABEL {KEY}=us\n",
        f"FROM debian:12 AS a\nONBUILD LABEL {KEY}=us\nFROM a\nMAINTAINER me\n",
    ],
)
def test_a_label_in_the_line_of_stages_is_enough_to_refuse(text: str) -> None:
    check_refused(NAME, text, SET)


def test_not_at_safe_for_the_image_changes() -> None:
    assert not run(NAME, F + "MAINTAINER me\n", level=Level.SAFE).changed


@pytest.mark.parametrize("text", ["MAINTAINER me\nFROM debian:12\n", F + "ONBUILD MAINTAINER me\n"])
def test_what_the_builder_refuses_stays(text: str) -> None:
    result = run(NAME, text)
    assert not result.changed
    assert result.error or result.note


@pytest.mark.parametrize("case", FIXED)
def test_fixed(case: str) -> None:
    before, after = FIXED[case]
    head = F.replace("\n", "\r\n") if "\r" in before else F
    check_fixed(NAME, head + before, head + after, level=Level.STANDARD)


def test_the_backtick_escapes() -> None:
    head = "# escape=`\nFROM x\n"
    check_fixed(NAME, head + 'MAINTAINER a\\b "c" `d\n', f'{head}LABEL {KEY}="a\\b `"c`" ``d"\n')


def test_stages_inherit_author_and_label() -> None:
    check_fixed(
        NAME,
        "FROM x AS a\nMAINTAINER me\nFROM a AS b\nRUN true\nFROM b\nMAINTAINER you\nFROM a\n",
        f'FROM x AS a\nLABEL {KEY}="me"\nFROM a AS b\nRUN true\nFROM b\nLABEL {KEY}="you"\nFROM a\n',
    )


# ------------------------------------------------------------------- what other readers make of it

PIECES = (
    "a",
    " ",
    '"',
    "'",
    "\\",
    "$",
    "$A",
    "${A}",
    "${",
    "#",
    "<b@c>",
    ",",
    "é",
    "\\\n",
    "`",
    "=",
)
NAMES = st.lists(st.sampled_from(PIECES), min_size=1, max_size=8).map("".join)


@pytest.fixture(scope="module")
def readers() -> Iterator[tuple[Reader, ...]]:
    with GoReader() as go:
        yield PortedReader(), go


@given(name=NAMES)
@settings(max_examples=150, deadline=None)
def test_any_name_stays_as_it_is(readers: tuple[Reader, ...], name: str) -> None:
    text = f"{F}MAINTAINER {name}\nUSER a\n"
    result = run(NAME, text)
    if not result.changed:
        return
    for reader in readers:
        old = reader.read(text).readings[1].arguments[0]
        label = reader.read(result.after.decode()).readings[1]
        assert (label.name, label.arguments[0], len(label.arguments)) == ("LABEL", KEY, 2)
        written = ShellLex("\\", env={"A": "x"}, skip_unset_env=False).process_word(
            label.arguments[1]
        )
        assert written in (old, old[1:-1])
        assert written == old or old[0] == old[-1] in "\"'"
