"""Writes the number of an account in USER, where it is known."""

from collections.abc import Iterator

from dfix import (
    Change,
    Facts,
    Fixer,
    Instruction,
    Invalid,
    Level,
    Onbuild,
    Phase,
    Run,
    Stage,
    User,
    Valid,
    Word,
    Workdir,
    regex,
)
from dfix.facts.statements import statements_of

from . import _account_calls
from ._variable_base import may_be_another

_NAME = regex(r"[A-Za-z_][A-Za-z0-9_.-]*")


class NumericUser(Fixer):
    """Writes the number of an account in USER, where it is known.

    **Why**

    Kubernetes starts a Pod with `runAsNonRoot` only if the image's user is a number: what a name
    stands for is written in the image, where it does not look.

    **When it is applied**

    To an account that the base image is known to have, or that a RUN above makes with a number of
    its own (`useradd --uid 1001 app`). The process is the same one: its group, its further groups
    and HOME are looked up by the number as well. A group in USER gets its number too.

    **When it is refused**

    Where the number is not written, or something may change accounts later. With `style=name` of
    run-as-user, names are wanted, and it says nothing.
    """

    message = "USER has a name, which Kubernetes cannot check"
    level = Level.STANDARD
    phase = Phase.RUNTIME
    aliases = ("DL3066",)
    practices = ("02",)
    plan_paths = ("config.user", "effect.user")
    reference = "https://kubernetes.io/docs/concepts/security/pod-security-standards/"
    VALID = (
        Valid("FROM node:22\nUSER 1000\n"),
        Valid("FROM debian:12\nUSER root\n", why="a number would tell nothing more"),
        Valid("FROM debian:12\nARG U=app\nUSER $U\n"),
        Valid("FROM debian:12\nRUN useradd app\nUSER app\n", refused=True),
        Valid("FROM debian:12\nRUN useradd -u 1001 app || true\nUSER app\n", refused=True),
        Valid(
            "FROM debian:12\nRUN useradd -u 1001 app\nRUN usermod -u 1002 app\nUSER app\n",
            refused=True,
        ),
        Valid("FROM me/base:1\nUSER app\n", refused=True),
        Valid(
            "FROM node:22\nCOPY setup.sh /\nRUN /setup.sh\nUSER node\n",
            why="the script may change accounts, too",
            refused=True,
        ),
    )
    INVALID = (
        Invalid("FROM node:22\nUSER node\n", "FROM node:22\nUSER 1000\n"),
        Invalid(
            "FROM debian:12\nRUN groupadd -g 2000 web && useradd -u 1001 -g web app\n"
            'USER app:web\nRUN id\nCMD ["/app"]\n',
            "FROM debian:12\nRUN groupadd -g 2000 web && useradd -u 1001 -g web app\n"
            'USER 1001:2000\nRUN id\nCMD ["/app"]\n',
        ),
    )

    def visit_User(self, node: User) -> None:
        """Proposes the number, or says why it is not known."""
        stage = self.facts.stages.holding(node)
        written = node.argument.value if node.argument is not None else ""
        user, colon, group = written.partition(":")
        if stage is None or user in {"", "root"} or not _NAME.fullmatch(user):
            return
        given = self.facts.surroundings.options.get("run-as-user", {})
        if given.get("style") == "name" or node.argument is None:
            return
        found = self._number(stage, node, user)
        if isinstance(found, str):
            self.refuse(node, found)
            return
        number, reason = found
        if colon:
            gid = self._group(stage, node, group)
            if gid is None:
                self.refuse(node, f"the number of the group `{group}` is not known")
                return
            number = f"{number}:{gid}"
        self.fix(
            node,
            {node.argument: Word(node.argument.prefix, number)},
            expects=tuple(_changes(self.facts, stage, node, written, number)),
            reason=reason,
        )

    def _number(self, stage: Stage, node: User, user: str) -> tuple[str, str] | str:
        """The number of `user`, with the evidence, or why it is not known."""
        facts = self.facts
        if facts.bases.is_windows(node):
            return "accounts of Windows have no numbers"
        lineage = facts.stages.lineage(stage)
        if any(isinstance(each, Onbuild) for one in lineage for each in one.instructions):
            return "ONBUILD of the file itself may run as this user"
        if _account_calls.may_change(facts, stage, node):
            return "something above may change the number of an account"
        calls = [
            each
            for each in _account_calls.made(facts, stage, node)
            if each.name == user and not each.group
        ]
        if calls:
            number = calls[-1].number
            if number is None or len(calls) > 1:
                return f"the number of `{user}` is not written where it is made"
            return str(number), f"`{user}` is made with the number {number}"
        if _account_calls.mentions(facts, stage, node, user):
            return f"`{user}` is made in a way that may not fix its number"
        known = facts.bases.of(stage)
        if known is None or may_be_another(facts, stage):
            return "nothing is known about the accounts of the base image"
        for each in known.users:
            if each.name == user and each.uid is not None:
                return str(each.uid), f"`{user}` is number {each.uid} in {known.image}"
        return f"the number of `{user}` is not known"

    def _group(self, stage: Stage, node: User, group: str) -> str | None:
        if group.isdecimal():
            return group
        if group == "root":
            return "0"
        for each in _account_calls.made(self.facts, stage, node):
            if each.group and each.name == group and each.number is not None:
                return str(each.number)
        known = self.facts.bases.of(stage)
        for user in known.users if known is not None else ():
            # Images make these with a group of the same name.
            if user.name == group and user.gid is not None and user.gid == user.uid:
                return str(user.gid)
        return None


def _changes(facts: Facts, stage: Stage, node: User, old: str, new: str) -> Iterator[Change]:
    """All that runs as the user of `node`, in its own stage and in those FROM it."""
    following = stage.instructions[stage.instructions.index(node) + 1 :]
    yield from _effects(facts, stage, following, old, new)


def _effects(
    facts: Facts, stage: Stage, following: tuple[Instruction, ...], old: str, new: str
) -> Iterator[Change]:
    for each in following:
        if isinstance(each, User):
            return
        if isinstance(each, Run):
            for _ in statements_of(facts, each):
                yield Change(stage.index, "effect.user", old, new)
        elif isinstance(each, Workdir):
            yield Change(stage.index, "effect.user", old, new)
    yield Change(stage.index, "config.user", old, new)
    for child in facts.stages.children(stage):
        yield from _effects(facts, child, child.instructions, old, new)
