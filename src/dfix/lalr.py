"""Lark's LALR parser of `grammar/dockerfile.lark`: taken ready from tables that ship, or built.

Building takes a hundred milliseconds, which is felt where one file is looked at. So the tables of
both escape characters stand beside the grammar. They hold for one version of Lark and one text of the
grammar; for any other, the parser is built from the grammar. They are plain data (JSON): nothing in
them can be run.
"""

import json
import zlib
from collections.abc import Callable, Mapping
from typing import Any

import lark
import msgspec
from lark import Lark
from lark.grammar import Rule
from lark.lark import PostLex
from lark.lexer import TerminalDef

from dfix.shipped import shipped
from dfix.words import SPACE

#: The spaces of Go's unicode.IsSpace but for the line feed, as regular expressions' classes: those
#: that separate words, and the others. Written with escapes alone: Lark reads a regular expression as
#: Python source, which turns a bare carriage return into a line feed.
BLANK = r"\t\x0b\x0c\r "
WIDE = r"\x85\xa0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000"
#: What stands for classes of nothing else: as cheap to compile as `SPACE`, for there are hundreds.
_CLASSES = (
    ("[␣]", SPACE),
    ("[^␣\\n]", r"[\S\x1c-\x1f]"),
    ("[␣\\n]", r"[^\S\x1c-\x1f]"),
    ("[␠]", r"[^\S\x00-\x84]"),
)
LINE_REST = r"[ \t]*+\r*+(?:\n|\Z)"
SWALLOWED = rf"(?>(?:{SPACE}*+(?:#[^\n]*+)?(?:\n|\Z))*)"
_JSON_STRING = (
    r'"(?>(?:[^"\\⎋\x00-\x1f]++|⏎|(?!\\)⎋|\\(?>⏎*)(?:["\\\/bfnrt]|u(?:(?>⏎*)[0-9A-Fa-f]){4}))*)"'
)
_PACKAGE = "dfix.grammar"
TABLES = {"\\": "tables.json.gz", "`": "tables-backtick.json.gz"}
"""The file that ships for each escape character."""


def grammar(escape: str) -> str:
    """The grammar as Lark reads it, for one escape character."""
    text = shipped(_PACKAGE, "dockerfile.lark").decode()
    text = "\n".join(line for line in text.split("\n") if not line.startswith("//"))
    for sign, meaning in (
        ("❝", _JSON_STRING),
        ("⏎", rf"(?:(?<!⎋)⎋{LINE_REST}{SWALLOWED})"),
        ("␤", LINE_REST),
        *_CLASSES,
        ("␣", BLANK + WIDE),
        ("␢", BLANK),
        ("⎋", "\\\\" if escape == "\\" else escape),
    ):
        text = text.replace(sign, meaning)
    return text


def lalr(escape: str, postlex: PostLex) -> Lark:
    """The parser for one escape character."""
    text = grammar(escape)
    return ready(text, TABLES[escape], postlex) or built(text, postlex)


def built(text: str, postlex: PostLex) -> Lark:
    """The parser of a grammar, computed from it."""
    return Lark(
        text,
        parser="lalr",
        lexer="contextual",
        start="dockerfile",
        postlex=postlex,
        maybe_placeholders=False,
    )


def ready(text: str, file: str, postlex: PostLex) -> Lark | None:
    """The parser of a grammar from a file of tables that ships; None where they are not of it."""
    # Their head is read first: whoever has another Lark should not pay for the rest.
    head, _, body = zlib.decompress(shipped(_PACKAGE, file), wbits=31).partition(b"\n")
    if msgspec.json.decode(head) != _made_of(text):
        return None
    tables = msgspec.json.decode(body)
    table = tables["data"]["parser"]["parser"]
    table["tokens"] = _numbered(table["tokens"])
    table["states"] = {
        state: _numbered(actions) for state, actions in _numbered(table["states"]).items()
    }
    # What Lark's own generated parsers call.
    load: Callable[..., Lark] = Lark._load_from_dict
    return load(tables["data"], _numbered(tables["memo"]), postlex=postlex)


def tables(text: str, postlex: PostLex) -> str:
    """The tables of a grammar, as they ship but for the compression."""
    data, memo = built(text, postlex).memo_serialize([TerminalDef, Rule])
    data["options"]["postlex"] = None  # code, which is given anew
    head = json.dumps(_made_of(text))
    return f"{head}\n{json.dumps({'data': data, 'memo': memo}, separators=(',', ':'))}\n"


def _made_of(text: str) -> dict[str, object]:
    """What tables hold for. The sum finds a grammar that was edited, it keeps nobody out."""
    return {"lark": lark.__version__, "grammar": zlib.crc32(text.encode())}


def _numbered(table: Mapping[str, Any]) -> dict[int, Any]:
    return {int(number): value for number, value in table.items()}
