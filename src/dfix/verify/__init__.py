"""Builds a Dockerfile before and after, and holds the difference against what was promised.

`compare_builds` is for any two texts; `dfix verify` holds what dfix writes against the file.
"""

from dfix.verify.builder import Builder, Order, Terms
from dfix.verify.clients import NAMES, NoBuilder, find_builder
from dfix.verify.comparison import PathDifference, SettingDifference
from dfix.verify.contextcopy import copy_context
from dfix.verify.promise import Promise, pinned_bases, promise_of
from dfix.verify.verification import (
    Bench,
    Comparison,
    Figures,
    Original,
    compare_builds,
    moved_bases,
)

__all__ = [
    "NAMES",
    "Bench",
    "Builder",
    "Comparison",
    "Figures",
    "NoBuilder",
    "Order",
    "Original",
    "PathDifference",
    "Promise",
    "SettingDifference",
    "Terms",
    "compare_builds",
    "copy_context",
    "find_builder",
    "moved_bases",
    "pinned_bases",
    "promise_of",
]
