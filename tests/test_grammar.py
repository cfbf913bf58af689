"""The grammar as Lark and Python's regular expressions see it."""

import gzip
import json
import re
import sys
from pathlib import Path

import lark
import pytest

from dfix import lalr
from dfix.parser import _lark, heredocs

ROOT = Path(__file__).parent.parent
CORPUS = Path(__file__).parent / "corpus"
STALE = "run scripts/write_tables.py"

#: A quantifier behind a group that is possessive. In a character class the same signs mean themselves.
_POSSESSIVE_GROUP = re.compile(r"(?<!\\)\)[*+?]\+")
_CLASS = re.compile(r"(?<!\\)\[\^?\]?(?:\\.|[^\]\\])*\]", re.DOTALL)


@pytest.mark.parametrize("escape", ["\\", "`"])
def test_no_group_is_possessive(escape: str) -> None:
    # Python before 3.11.5 gets them wrong: https://github.com/python/cpython/issues/106052
    for terminal in _lark(escape).terminals:
        pattern = _CLASS.sub("[]", terminal.pattern.to_regexp())
        assert not _POSSESSIVE_GROUP.search(pattern), terminal.name


def test_classes_are_those_of_the_spaces_of_go() -> None:
    """They are written by way of Python's spaces, which might become others."""
    spaces = lalr.BLANK + lalr.WIDE
    meant = {
        "[␣]": f"[{spaces}]",
        r"[^␣\n]": rf"[^{spaces}\n]",
        r"[␣\n]": rf"[{spaces}\n]",
        "[␠]": f"[{lalr.WIDE}]",
    }
    signs = "".join(map(chr, range(sys.maxunicode + 1)))
    written = dict(lalr._CLASSES)
    assert written.keys() == meant.keys()
    for name, plain in meant.items():
        assert re.findall(written[name], signs) == re.findall(plain, signs), name


@pytest.mark.parametrize("escape", ["\\", "`"])
def test_every_terminal_takes_something(escape: str) -> None:
    for terminal in _lark(escape).terminals:
        assert terminal.pattern.min_width > 0, terminal.name


# ------------------------------------------------------------------------ the tables that ship


def _shape(parser: lark.Lark) -> list[list[tuple[str, ...]]]:
    """What a parser does in each state, with the states numbered as they are come upon."""
    table = parser.parser.parser._parse_table
    first, last = table.start_states["dockerfile"], table.end_states["dockerfile"]
    states = [first]
    rows = []
    for state in states:
        row: list[tuple[str, ...]] = [("end", str(state == last))]
        for symbol, (action, argument) in sorted(table.states[state].items()):
            if isinstance(argument, int):
                if argument not in states:
                    states.append(argument)
                row.append((symbol, str(action), str(states.index(argument))))
            else:
                options = json.dumps(vars(argument.options)) if argument.options else ""
                row.append((symbol, str(action), f"{argument} {argument.alias} {options}"))
        rows.append(row)
    return rows


def _terminals(parser: lark.Lark) -> list[tuple[str, str, int]]:
    return [(each.name, each.pattern.to_regexp(), each.priority) for each in parser.terminals]


def _made_by(escape: str) -> str:
    data = (ROOT / "grammar" / lalr.TABLES[escape]).read_bytes()
    return str(json.loads(gzip.decompress(data).partition(b"\n")[0])["lark"])


def _ready(escape: str) -> lark.Lark | None:
    return lalr.ready(lalr.grammar(escape), lalr.TABLES[escape], heredocs(escape))


@pytest.fixture(scope="module", params=list(lalr.TABLES))
def escape(request: pytest.FixtureRequest) -> str:
    found = str(request.param)
    if _made_by(found) != lark.__version__:
        pytest.skip(f"the tables are Lark {_made_by(found)}'s, and {lark.__version__} is installed")
    return found


def test_the_tables_are_those_of_the_grammar(escape: str) -> None:
    ready = _ready(escape)
    assert ready is not None, STALE
    built = lalr.built(lalr.grammar(escape), heredocs(escape))
    assert _shape(ready) == _shape(built), STALE
    assert _terminals(ready) == _terminals(built), STALE
    assert ready.lexer_conf.ignore == built.lexer_conf.ignore


def test_the_tables_give_the_same_trees(escape: str) -> None:
    ready = _ready(escape)
    assert ready is not None, STALE
    built = lalr.built(lalr.grammar(escape), heredocs(escape))
    files = sorted(path for path in CORPUS.rglob("*") if path.is_file())
    assert len(files) > 20
    for path in files:
        text = path.read_bytes().decode("utf-8", "surrogateescape").replace("\\\n", f"{escape}\n")
        assert ready.parse(text) == built.parse(text), path


def test_tables_of_another_grammar_are_not_taken() -> None:
    grammar = lalr.grammar("\\")
    assert lalr.ready(grammar, lalr.TABLES["`"], heredocs("\\")) is None
    assert lalr.ready(grammar + "\n", lalr.TABLES["\\"], heredocs("\\")) is None


def test_tables_of_another_lark_are_not_taken(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(lark, "__version__", "1.2.0")
    assert _ready("\\") is None
    parser = lalr.lalr("\\", heredocs("\\"))
    assert str(parser.parse("FROM scratch\n").data) == "dockerfile"
