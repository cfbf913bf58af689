"""The parser held against two independent readers of the same language."""
