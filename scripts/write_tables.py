"""Writes grammar/tables.json.gz, the parser's tables, from grammar/dockerfile.lark.

usage: write_tables.py

Two runs number states and symbols differently: tests/test_grammar.py tells whether the tables are
those of the grammar.
"""

import gzip
from pathlib import Path

from dfix.lalr import grammar, tables
from dfix.parser import heredocs

TABLES = Path(__file__).parent.parent / "grammar" / "tables.json.gz"

if __name__ == "__main__":
    TABLES.write_bytes(gzip.compress(tables(grammar("\\"), heredocs("\\")).encode(), mtime=0))
