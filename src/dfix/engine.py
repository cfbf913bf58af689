"""Runs fixers over one file: propose, apply, check, repeat. What a check rejects is not applied.

A fix is applied whole or not at all. All fixes of a round are checked together; where the check
fails, the round is halved until the guilty fix is found, dropped and reported as refused.
"""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from functools import cached_property

from msgspec import Struct, field

from dfix.check import problems
from dfix.edit import apply
from dfix.facts import Facts, Surroundings
from dfix.findings import Finding, Findings, Mark
from dfix.fixer import Fix, Fixer, Level, Phase, Refusal
from dfix.guards import Before, is_out_of_proportion, objection
from dfix.linemap import Origins
from dfix.nodes import Dockerfile, Instruction, Node
from dfix.parser import parse
from dfix.patterns import is_like
from dfix.plan import Change, stage_label
from dfix.proposals import fault
from dfix.suppress import Suppressions
from dfix.text import decode, encode
from dfix.visitor import FaultyVisitorError, walk

#: More rounds than any file needs; one that is still moving then is given back as it was.
_MOST_ROUNDS = 400
_OUT_OF_PROPORTION = "the result is out of all proportion"
#: What is announced of these is never the same image.
_OF_THE_IMAGE = ("base", "config.*", "name", "platform", "stage")


class Error(Struct, frozen=True):
    """Why a file could not be handled, with its line (1-based) where there is one."""

    message: str
    line: int | None = None
    shared: bool = False  # whether it is the configuration's, and with that many files' own

    def __str__(self) -> str:
        return self.message


class Result(Struct, frozen=True):
    """What became of one file."""

    before: bytes
    after: bytes
    findings: tuple[Finding, ...] = ()
    changes: tuple[Change, ...] = ()
    """What differs in the build plan."""
    error: Error | None = None
    note: str | None = None

    @property
    def changed(self) -> bool:
        """Whether the text differs."""
        return self.before != self.after

    @property
    def plan_changes(self) -> tuple[str, ...]:
        """Where the build plan differs."""
        return tuple(change.path for change in self.changes)


class Request(Struct, frozen=True):
    """What to run: fixers in their order, the ceiling, and what is known beside the file."""

    fixers: tuple[type[Fixer], ...]
    level: Level = Level.STANDARD
    surroundings: Surroundings = field(default_factory=Surroundings)
    ignored: frozenset[str] = frozenset()
    pragmas: bool = True  # whether hadolint's own comments count
    #: The one finding to look after, where it is not all of them.
    only: Mark | None = None


def fix_bytes(data: bytes, request: Request) -> Result:
    """Fixes one file. A fixer's fault is an error of the result. Raises MemoryError, and no other."""
    tree = parse(data)
    verdict = _verdict(data, tree)
    if verdict is not None:
        return verdict
    run = _Run(tree, request)
    if run.suppressed_file:
        return Result(data, data, note="switched off by a comment")
    try:
        run.to_rest()
    except _FaultyFixer as fault:
        if isinstance(fault.__cause__, MemoryError):
            raise fault.__cause__ from None  # the machine's fault, and no fixer's
        return Result(data, data, error=Error(str(fault)))
    if run.moving:
        return Result(data, data, error=Error(run.moving))
    after = run.tree.code
    changes = () if after == data else run.first.plan.difference(run.facts.plan)
    return Result(data, after, run.findings.all(), changes)


def _verdict(data: bytes, tree: Dockerfile) -> Result | None:
    """What becomes of a file that the builder would not build: nothing, and why.

    A text that is no Dockerfile is an error; a Dockerfile that asks for what the builder does not do,
    or for nothing at all, is left as it is with a note.
    """
    found = problems(tree)
    for problem in found:
        if problem.kind == "grammar":
            return Result(data, data, error=Error(problem.message, problem.line))
    for problem in found:
        if problem.kind == "build":
            note = f"line {problem.line}: the builder would refuse this: {problem.message}"
            return Result(data, data, note=note)
    return Result(data, data, note=found[0].message) if found else None


class _FaultyFixer(Exception):
    """A fixer raised, or proposed what is no proposal: the file is given back as it was."""

    def __init__(self, name: str, fault: str) -> None:
        super().__init__(f"internal error in {name}: {fault}")


class _Run:
    """The state of one file's run."""

    def __init__(self, tree: Dockerfile, request: Request) -> None:
        self.original = tree
        self.first = Facts(tree, request.surroundings)
        self.request = request
        self.findings = Findings()
        self.rejected: dict[tuple[str, str], str] = {}
        self.successful: set[type[Fixer]] = set()
        self.texts = {tree.text}
        self.moving = ""
        self.place(self.first)

    def place(self, facts: Facts) -> None:
        """Goes on from a tree and what is known about it."""
        self.facts = facts
        self.tree = facts.tree
        self.suppressions = Suppressions(self.tree, hadolint=self.request.pragmas)
        vars(self).pop("origins", None)

    @property
    def suppressed_file(self) -> bool:
        return self.suppressions.whole_file

    def to_rest(self) -> None:
        """Runs the phases in order until a whole pass over them changes nothing."""
        phases = [
            fixers
            for phase in Phase
            if (fixers := tuple(each for each in self.request.fixers if each.phase == phase))
        ]
        at_rest: dict[tuple[type[Fixer], ...], Dockerfile] = {}
        rounds = 0
        while any(at_rest.get(fixers) is not self.tree for fixers in phases):
            for at, fixers in enumerate(phases):
                if fixers[0].phase is Phase.STYLE and any(
                    at_rest.get(each) is not self.tree for each in phases[:at]
                ):
                    break  # what a later phase has added is not yet looked at by the earlier ones
                while at_rest.get(fixers) is not self.tree and self.round(fixers):
                    rounds += 1
                    if rounds > _MOST_ROUNDS or self.moving:
                        self.moving = self.moving or "the fixers do not come to rest"
                        return
                at_rest[fixers] = self.tree

    def round(self, fixers: Sequence[type[Fixer]]) -> bool:
        """One round of proposals; True if another one may bring more."""
        self.phase = fixers[0].phase
        self.findings.begin(self.phase)
        chosen = self.choose(self.propose(fixers))
        if not chosen:
            return False
        before = Before(self.facts, len(self.original.text))
        after, applied = self.apply(before, chosen)
        for fix in applied:
            self.successful.add(fix.fixer)
            self.report(fix, "fixed", fix.reason)
        if after is None:
            return True  # what was turned down stood in the way of others
        if after.tree.text in self.texts:
            self.moving = "the fixers go round in a circle"
        self.texts.add(after.tree.text)
        self.place(after)
        return True

    def propose(self, fixers: Sequence[type[Fixer]]) -> Iterable[Fix | Refusal]:
        """What the fixers say about the tree. A fault of one must not stop the other files."""
        visitors: list[Fixer] = []
        for fixer in fixers:
            try:
                visitors.append(fixer(self.facts))
            except KeyboardInterrupt:
                raise
            except BaseException as error:
                raise _FaultyFixer(fixer.name, _told(error)) from error
        try:
            walk(self.tree, visitors)
        except FaultyVisitorError as error:
            name = getattr(error.visitor, "name", str(error))
            raise _FaultyFixer(name, _told(error.__cause__)) from error.__cause__
        found: list[Fix | Refusal] = []
        for visitor in visitors:
            proposals: object = visitor.proposals
            if not isinstance(proposals, list):
                raise _FaultyFixer(visitor.name, f"proposals are a {type(proposals).__name__}")
            for proposal in proposals:
                if what := fault(proposal, self.facts):
                    raise _FaultyFixer(visitor.name, what)
            found += proposals
        return found

    def choose(self, proposals: Iterable[Fix | Refusal]) -> list[Fix]:
        """The fixes to apply now: not suppressed, not too bold, not overlapping."""
        chosen: list[Fix] = []
        touched: set[Instruction] = set()
        for proposal in proposals:
            nodes = proposal.changes if isinstance(proposal, Fix) else (proposal.node,)
            owners = {
                owner
                for node in (*nodes, proposal.node)
                if (owner := self.facts.positions.owner(node)) is not None
            }
            names = (proposal.fixer.name, *proposal.fixer.aliases)
            if self.request.ignored & {name.lower() for name in names}:
                continue
            if self.request.only is not None and self.request.only != self.mark(proposal):
                continue
            if self.suppressions.covers(names, owners):
                self.report(proposal, "suppressed", "switched off by a comment")
            elif isinstance(proposal, Refusal):
                self.report(proposal, "refused", proposal.reason)
            elif proposal.level > self.request.level:
                self.report(proposal, "fixable", f"needs --level {proposal.level}")
            elif self.rejected and (reason := self.rejected.get(self.key(proposal))) is not None:
                self.report(proposal, "refused", reason)
            elif owners & touched:
                continue  # its turn comes in the next round
            else:
                chosen.append(self.settled(proposal))
                touched |= owners
        return chosen

    def settled(self, fix: Fix) -> Fix:
        """A fix that is to be applied, with what it announces told."""
        if not callable(fix.expects):
            return fix
        try:
            settled = fix.settled()
        except Exception as error:
            raise _FaultyFixer(fix.fixer.name, _told(error)) from error
        if what := fault(settled, self.facts):
            raise _FaultyFixer(fix.fixer.name, what)
        return settled

    def key(self, fix: Fix) -> tuple[str, str]:
        """What makes a fix the same one in a later round: its fixer, and the text that it changes.

        A group of instructions that has lost some to another fix is another fix.
        """
        owners = {
            owner: None
            for node in (fix.node, *fix.changes)
            if (owner := self.facts.positions.owner(node)) is not None
        }
        return fix.fixer.name, "".join(owner.code for owner in owners)

    def apply(self, before: Before, fixes: Sequence[Fix]) -> tuple[Facts | None, list[Fix]]:
        """The file with as many of `fixes` as pass the checks, and those."""
        try:
            after, reason = attempt(before, fixes)
        except Exception as error:
            if len(fixes) == 1:
                raise _FaultyFixer(fixes[0].fixer.name, _told(error)) from error
            after, reason = None, ""
        if after is not None:
            return after, list(fixes)
        if len(fixes) == 1:
            if reason == _OUT_OF_PROPORTION and fixes[0].fixer in self.successful:
                self.moving = "the fixers do not come to rest"
            self.rejected[self.key(fixes[0])] = reason
            return None, []
        # One half is enough for now: the fixes of the other are proposed again in the next round.
        half = len(fixes) // 2
        after, applied = self.apply(before, fixes[:half])
        if after is not None:
            return after, applied
        return self.apply(before, fixes[half:])

    def mark(self, proposal: Fix | Refusal) -> Mark:
        """What the finding of a proposal is told from others by."""
        within = proposal.within if isinstance(proposal, Refusal) else None
        line = self.origins.line(self.facts.positions.lines(proposal.node, within)[0])
        return Mark(proposal.fixer.name, line, proposal.message)

    def report(self, proposal: Fix | Refusal, status: str, reason: str | None) -> None:
        fixer = proposal.fixer
        within = proposal.within if isinstance(proposal, Refusal) else None
        place = self.origins.place(self.facts.positions.lines(proposal.node, within))
        line, column, end_line, end_column = place
        finding = Finding(
            fixer.name,
            fixer.aliases,
            proposal.level,
            proposal.message,
            line,
            column,
            end_line,
            end_column,
            status,
            reason,
            status == "refused" and isinstance(proposal, Refusal) and proposal.advice,
            self.announced(proposal) if status == "fixed" else (),
        )
        if status == "fixed":
            self.findings.fixed(finding)
        else:
            self.findings.left(self.phase, finding)

    def announced(self, proposal: Fix | Refusal) -> tuple[Change, ...]:
        """What a fix said it would do to the plan, with the names of the stages."""
        if isinstance(proposal, Refusal):
            return ()
        stages = self.facts.plan.stages
        return tuple(
            replace(change, owner=stage_label(stages[change.stage], len(stages)))
            for change in proposal.expected
        )

    @cached_property
    def origins(self) -> Origins:
        """Where in the original file stands what stands in the present one."""
        return Origins(self.original.text, self.tree.text)


def _told(error: BaseException | None) -> str:
    """An exception in one line."""
    return " ".join(f"{type(error).__name__}: {error}".split())


def attempt(before: Before, fixes: Sequence[Fix]) -> tuple[Facts | None, str]:
    """The file with all of `fixes` applied and parsed again, or None and what speaks against it.

    Raises whatever comes of changes that are made of anything but nodes.
    """
    changes = {node: change for fix in fixes for node, change in fix.changes.items()}
    if sum(len(fix.changes) for fix in fixes) != len(changes):
        return None, "two changes to one place"
    for fix in fixes:
        if reason := _objection_to_announcement(fix):
            return None, reason
    try:
        edited = apply(before.tree, changes)
    except ValueError as error:
        return None, str(error)
    if is_out_of_proportion(before, edited):
        return None, _OUT_OF_PROPORTION
    if reason := next(filter(None, (_objection_to_place(before, fix) for fix in fixes)), ""):
        return None, reason
    if not _can_be_written(edited.text):
        return None, "the result has characters that no file can hold"
    expected = [change for fix in fixes for change in fix.expected]
    after = Facts(parse(edited.text), before.facts.surroundings)
    reason = objection(before, changes, edited, after, expected)
    return (None, reason) if reason else (after, "")


def _objection_to_announcement(fix: Fix) -> str:
    """What speaks against what a fix says that it does, whether it does so or not."""
    for change in fix.expected:
        if not any(is_like(change.item, each) for each in fix.fixer.plan_paths):
            return f"{fix.fixer.name} has no business with {change.item} of the plan"
        if fix.level is Level.SAFE and any(is_like(change.item, x) for x in _OF_THE_IMAGE):
            return f"a change of {change.item} is not safe: the image is another one"
    return ""


def _objection_to_place(before: Before, fix: Fix) -> str:
    """A fix has to change something, and that which it reports, unless it announces what it changes."""
    owner_of = before.facts.positions.owner
    if not any(
        not isinstance(change, Node) or change.code != node.code
        for node, change in fix.changes.items()
    ):
        return "the fix changes nothing"
    reported = None if fix.expected else owner_of(fix.node)
    if reported is not None and all(owner_of(node) is not reported for node in fix.changes):
        return "the fix does not touch what it reports"
    return ""


def _can_be_written(text: str) -> bool:
    """Whether the bytes of a text are read as that text again."""
    try:
        return decode(encode(text)) == text
    except UnicodeEncodeError:
        return False
