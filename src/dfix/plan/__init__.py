"""The build plan: what a build of a Dockerfile would do, and how two files differ in that."""

from dfix.plan.build import plan
from dfix.plan.difference import stage_label
from dfix.plan.model import (
    BASE_SHELL,
    BOUNDARY,
    Boundary,
    Change,
    Config,
    Directory,
    Document,
    Effect,
    Plan,
    Rejected,
    StagePlan,
    State,
    Statement,
    Symbolic,
    Transfer,
)
from dfix.plan.render import changes_data, changes_text, plan_data, plan_text

#: What `dfix` calls it, where `plan` is this package.
plan_of = plan

__all__ = [
    "BASE_SHELL",
    "BOUNDARY",
    "Boundary",
    "Change",
    "Config",
    "Directory",
    "Document",
    "Effect",
    "Plan",
    "Rejected",
    "StagePlan",
    "State",
    "Statement",
    "Symbolic",
    "Transfer",
    "changes_data",
    "changes_text",
    "plan",
    "plan_data",
    "plan_of",
    "plan_text",
    "stage_label",
]
