"""Writes the parser's tables, grammar/tables*.json.gz, from grammar/dockerfile.lark.

usage: write_tables.py

Two runs number states and symbols differently: tests/test_grammar.py tells whether the tables are
those of the grammar.
"""

import gzip
from pathlib import Path

from dfix.lalr import TABLES, grammar, tables
from dfix.parser import heredocs

GRAMMAR = Path(__file__).parent.parent / "grammar"

if __name__ == "__main__":
    for escape, file in TABLES.items():
        text = tables(grammar(escape), heredocs(escape))
        (GRAMMAR / file).write_bytes(gzip.compress(text.encode(), mtime=0))
