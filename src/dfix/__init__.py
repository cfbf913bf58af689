"""dfix rewrites Dockerfiles by good practice, and never breaks a build.

This is the public door: what fixers and other programs use is found here. Names are loaded on first
use, so that importing the package costs next to nothing.
"""

from importlib import import_module
from typing import TYPE_CHECKING

from dfix.version import __version__

if TYPE_CHECKING:
    from dfix.api import PluginWarning as PluginWarning
    from dfix.api import fix as fix
    from dfix.edit import Changes as Changes
    from dfix.edit import Insert as Insert
    from dfix.edit import Remove as Remove
    from dfix.engine import Error as Error
    from dfix.engine import Request as Request
    from dfix.engine import Result as Result
    from dfix.engine import fix_bytes as fix_bytes
    from dfix.facts import Facts as Facts
    from dfix.facts import Surroundings as Surroundings
    from dfix.facts.calls import calls_of as calls_of
    from dfix.facts.calls import has_option as has_option
    from dfix.facts.rewriting import Rewrite as Rewrite
    from dfix.findings import Finding as Finding
    from dfix.fixer import Fix as Fix
    from dfix.fixer import Fixer as Fixer
    from dfix.fixer import Invalid as Invalid
    from dfix.fixer import Level as Level
    from dfix.fixer import Option as Option
    from dfix.fixer import Phase as Phase
    from dfix.fixer import Refusal as Refusal
    from dfix.fixer import Reported as Reported
    from dfix.fixer import Valid as Valid
    from dfix.identity import by_identity as by_identity
    from dfix.image import ImageReference as ImageReference
    from dfix.layout import Habits as Habits
    from dfix.layout import above as above
    from dfix.layout import below as below
    from dfix.layout import with_flag as with_flag
    from dfix.layout import with_link as with_link
    from dfix.layout import with_pair as with_pair
    from dfix.layout import with_word as with_word
    from dfix.nodes import Add as Add
    from dfix.nodes import Arg as Arg
    from dfix.nodes import Cmd as Cmd
    from dfix.nodes import Comment as Comment
    from dfix.nodes import Copy as Copy
    from dfix.nodes import Directive as Directive
    from dfix.nodes import Dockerfile as Dockerfile
    from dfix.nodes import Element as Element
    from dfix.nodes import EmptyLine as EmptyLine
    from dfix.nodes import End as End
    from dfix.nodes import Entrypoint as Entrypoint
    from dfix.nodes import Env as Env
    from dfix.nodes import ExecForm as ExecForm
    from dfix.nodes import Expose as Expose
    from dfix.nodes import Flag as Flag
    from dfix.nodes import From as From
    from dfix.nodes import Healthcheck as Healthcheck
    from dfix.nodes import Heredoc as Heredoc
    from dfix.nodes import Instruction as Instruction
    from dfix.nodes import Label as Label
    from dfix.nodes import Leaf as Leaf
    from dfix.nodes import Maintainer as Maintainer
    from dfix.nodes import Node as Node
    from dfix.nodes import Onbuild as Onbuild
    from dfix.nodes import Pair as Pair
    from dfix.nodes import Run as Run
    from dfix.nodes import Shell as Shell
    from dfix.nodes import ShellForm as ShellForm
    from dfix.nodes import Stage as Stage
    from dfix.nodes import Stopsignal as Stopsignal
    from dfix.nodes import Unknown as Unknown
    from dfix.nodes import User as User
    from dfix.nodes import Volume as Volume
    from dfix.nodes import Word as Word
    from dfix.nodes import Workdir as Workdir
    from dfix.parser import parse as parse
    from dfix.patterns import regex as regex
    from dfix.plan import Change as Change
    from dfix.plan import plan_of as plan_of
    from dfix.suppress import is_pragma as is_pragma
    from dfix.text import Span as Span

_HOMES = {
    "dfix.api": ("PluginWarning", "fix"),
    "dfix.edit": ("Changes", "Insert", "Remove"),
    "dfix.engine": ("Error", "Request", "Result", "fix_bytes"),
    "dfix.facts": ("Facts", "Surroundings"),
    "dfix.facts.calls": ("calls_of", "has_option"),
    "dfix.facts.rewriting": ("Rewrite",),
    "dfix.findings": ("Finding",),
    "dfix.fixer": ("Fix", "Fixer", "Invalid", "Level", "Option", "Phase", "Refusal",
                   "Reported", "Valid"),
    "dfix.identity": ("by_identity",),
    "dfix.image": ("ImageReference",),
    "dfix.layout": (
        "Habits", "above", "below", "with_flag", "with_link", "with_pair", "with_word",
    ),
    "dfix.nodes": (
        "Add", "Arg", "Cmd", "Comment", "Copy", "Directive", "Dockerfile", "Element", "EmptyLine",
        "End", "Entrypoint", "Env", "ExecForm", "Expose", "Flag", "From", "Healthcheck", "Heredoc",
        "Instruction", "Label", "Leaf", "Maintainer", "Node", "Onbuild", "Pair", "Run", "Shell",
        "ShellForm", "Stage", "Stopsignal", "Unknown", "User", "Volume", "Word", "Workdir",
    ),
    "dfix.parser": ("parse",),
    "dfix.patterns": ("regex",),
    "dfix.plan": ("Change", "plan_of"),
    "dfix.suppress": ("is_pragma",),
    "dfix.text": ("Span",),
}  # fmt: skip
_HOME = {name: module for module, names in _HOMES.items() for name in names}

__all__ = ["__version__", *sorted(_HOME)]


def __getattr__(name: str) -> object:
    home = _HOME.get(name)
    if home is None:
        raise AttributeError(f"module 'dfix' has no attribute {name!r}")
    value = getattr(import_module(home), name)
    globals()[name] = value
    return value
