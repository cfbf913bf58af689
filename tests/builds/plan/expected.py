"""What a plan says of the images of a file, held against what was built.

A value that the plan leaves open stands for what the base image has, or for what the call of the
build gives; with these known, it is filled in. Where the plan says too little even for that, it is
`unknown`, for one of the reasons of docs/plan.md.
"""

import json
import posixpath
import re
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from fnmatch import fnmatchcase

from dfix.plan import (
    BASE_SHELL,
    Plan,
    StagePlan,
    Statement,
    Symbolic,
    Transfer,
)
from tests.builds.plan.built import Built, Copied, Record, Told
from tests.builds.plan.stand_ins import COPIED, DOCUMENT, FILES, PROBE, SCRATCH, Base

#: Accounts of the stand-ins by name.
_ACCOUNTS = {"root": "0", "nobody": "65534"}
#: What a process has beside what the builder gives it.
_OWN = frozenset({"HOME", "PWD", "OLDPWD", "SHLVL", "_", "HOSTNAME"})
#: What a mode in letters makes of a file of the mode 0644.
_SYMBOLIC_MODES = {"u=rwx,go=r": "744"}
_CALL = re.compile(rf'{PROBE}(?:"?,? ?"?)([0-9]+)')
_PREFIX = re.compile(rf"([A-Z]+)=\S* {PROBE}")
_BASE = re.compile(r"<base>(?:/|$)")
_NAME = re.compile(r"\$\{?([A-Za-z_][A-Za-z0-9_]*)\}?")
_VARIABLE = re.compile(r"(ARG )?([^-:}]*)(:?-|\})")
#: How a value ends that has an operator on what is open in it.
_OPERATOR = re.compile(r" with (?:[^ =]+=.*)?\Z", re.DOTALL)
_UNITS = {"ms": 10**6, "s": 10**9, "m": 60 * 10**9, "h": 3600 * 10**9}


class Unknown(Exception):
    """The plan does not tell; the text is the reason as docs/plan.md has it."""


@dataclass(frozen=True, slots=True)
class Call:
    """What the build of a file is called with and begins with."""

    bases: Mapping[str, Base]
    #: By name: what is given, and what the builder itself gives where nobody else does.
    arguments: Mapping[str, str]
    builder: Mapping[str, str]


@dataclass
class Count:
    """How many values the plan told, by how."""

    #: As they are.
    told: int = 0
    #: By what the base image has or the call gives.
    filled: int = 0
    #: By reason.
    unknown: Counter[str] = field(default_factory=Counter)

    def add(self, other: "Count") -> None:
        self.told += other.told
        self.filled += other.filled
        self.unknown += other.unknown


class _Text:
    """A symbolic text while it is read."""

    def __init__(self, text: str, env: Mapping[str, str], call: Call) -> None:
        self.text = text
        self.env = env
        self.call = call
        self.at = 0

    def filled(self, stop: str = "") -> str:
        out: list[str] = []
        while self.at < len(self.text):
            here = self.text[self.at]
            if here == "\\" and self.text[self.at + 1 : self.at + 2] in ("\\", "$", "}"):
                out.append(self.text[self.at + 1])
                self.at += 2
            elif here == stop:
                self.at += 1
                return "".join(out)
            elif self.text.startswith("${", self.at):
                self.at += 2
                out.append(self.variable())
            else:
                out.append(here)
                self.at += 1
        if stop:
            raise Unknown("operator")
        return "".join(out)

    def variable(self) -> str:
        found = _VARIABLE.match(self.text, self.at)
        if found is None:
            raise Unknown("operator")
        self.at = found.end()
        of_call, name = found[1], found[2]
        default = None if found[3] == "}" else self.filled("}")
        if not of_call:
            return self.env.get(name, default or "")
        if default is None:
            default = self.call.builder.get(name, "")
        return self.call.arguments.get(name, default)


class Expected:
    """What the plan of a file says."""

    def __init__(self, plan: Plan, call: Call) -> None:
        self.plan = plan
        self.call = call
        self.count = Count()
        self.differences: list[str] = []
        self._roots: dict[int, Base] = {}

    def compare(self, built: Built) -> None:
        """Compares everything."""
        for index, record in built.records.items():
            self.compare_config(self.plan.stages[index], record)
        self.compare_log(built)

    # ---------------------------------------------------------------------------------- stages

    def parent(self, stage: StagePlan) -> StagePlan | None:
        """The stage that it is FROM."""
        if isinstance(stage.base, Symbolic) or not stage.base.startswith("stage "):
            return None
        return self.plan.stages[int(stage.base.removeprefix("stage "))]

    def lineage(self, stage: StagePlan) -> list[StagePlan]:
        """The stages that it is built on, the first one first, and itself."""
        parent = self.parent(stage)
        return [*(self.lineage(parent) if parent is not None else ()), stage]

    def root(self, stage: StagePlan) -> Base:
        """The image that it begins with."""
        first = self.lineage(stage)[0]
        name = _Text(first.base, SCRATCH_ENV, self.call).filled()
        return self.call.bases[name if isinstance(first.base, Symbolic) else first.base]

    def needed(self, stage: StagePlan) -> set[int]:
        """The stages that have to be built for one, by their numbers."""
        found = {stage.index}
        names = [stage.base]
        for effect in stage.effects:
            if isinstance(effect, Transfer) and effect.origin is not None:
                names.append(effect.origin)
            elif isinstance(effect, Statement):
                names += re.findall(r"from=(stage [0-9]+)", " ".join(effect.flags))
        for name in names:
            if not isinstance(name, Symbolic) and name.startswith("stage "):
                found |= self.needed(self.plan.stages[int(name.removeprefix("stage "))])
        return found

    # ---------------------------------------------------------------------------------- values

    def value(self, text: str, base: Base) -> str:
        """A text with what is open filled in. Raises Unknown."""
        if not isinstance(text, Symbolic):
            return text
        if _OPERATOR.search(text):
            raise Unknown("operator")
        return _Text(text, base.env, self.call).filled()

    def path(self, text: str, base: Base) -> str:
        """The same of a path. Raises Unknown."""
        if not isinstance(text, Symbolic):
            return text
        if _BASE.match(text):
            start = base.config.get("WorkingDir") or "/"
            rest = self.value(Symbolic(text.removeprefix("<base>")), base)
            return _clean(f"{start}/{rest}") if rest else start
        found = self.value(text, base)
        if not found.startswith("/"):
            raise Unknown("relative")
        return found

    def words(self, value: Sequence[str], base: Base) -> list[str]:
        """The words of a command."""
        out: list[str] = []
        for word in value:
            shell = base.config.get("Shell") or ["/bin/sh", "-c"]
            out += shell if word == BASE_SHELL else [self.value(word, base)]
        return out

    def equal(self, what: str, real: object, wanted: Callable[[], object], *, known: bool) -> None:
        """Compares one value; `known` tells that the plan has it as it is."""
        try:
            expected = wanted()
        except Unknown as reason:
            self.count.unknown[str(reason)] += 1
            return
        if known:
            self.count.told += 1
        else:
            self.count.filled += 1
        if real != expected:
            self.differences.append(f"{what}: planned {expected!r}, built {real!r}")

    # --------------------------------------------------------------------------- configuration

    def compare_config(self, stage: StagePlan, record: Record) -> None:
        """Compares the configuration that a stage ends in with its image's."""
        config, base, real = stage.config, self.root(stage), record.config
        at = f"stage {stage.index}"
        self.environment(at, config.env, base, real.get("Env") or [])
        labels = dict(real.get("Labels") or {})
        wanted = dict(base.config.get("Labels") or {})
        for name, text in config.labels.items():
            try:
                key = self.value(name, base)
            except Unknown as reason:
                self.count.unknown[str(reason)] += 1
                labels, wanted = {}, {}
                continue
            wanted.pop(key, None)
            self.equal(
                f"{at} label {key}",
                labels.pop(key, None),
                lambda text=text: self.value(text, base),  # type: ignore[misc]
                known=not isinstance(text, Symbolic),
            )
        self.equal(f"{at} other labels", labels, lambda: wanted, known=False)
        for name, mine, its in (
            ("Cmd", config.cmd, real.get("Cmd")),
            ("Entrypoint", config.entrypoint, real.get("Entrypoint")),
            ("Shell", config.shell, real.get("Shell")),
        ):
            self.equal(
                f"{at} {name}",
                its or [],
                lambda name=name, mine=mine: (  # type: ignore[misc]
                    (base.config.get(name) or []) if mine is None else self.words(mine, base)
                ),
                known=mine is not None and not _open(mine),
            )
        for name, own, at_base, its in (
            ("User", config.user, base.config.get("User"), real.get("User")),
            ("WorkingDir", config.workdir, base.config.get("WorkingDir"), real.get("WorkingDir")),
            ("StopSignal", config.stopsignal, base.config.get("StopSignal"), real.get("StopSignal")),
            ("Author", config.author, base.author, record.author),
        ):  # fmt: skip
            read = self.path if name == "WorkingDir" else self.value
            self.equal(
                f"{at} {name}",
                its or "",
                lambda own=own, at_base=at_base, read=read: (  # type: ignore[misc]
                    (at_base or "") if own is None else read(own, base)
                ),
                known=own is not None and not isinstance(own, Symbolic),
            )
        for name, texts, split in (
            ("ExposedPorts", config.ports, _ports),
            ("Volumes", config.volumes, _alone),
        ):
            self.equal(
                f"{at} {name}",
                sorted(real.get(name) or ()),
                lambda name=name, texts=texts, split=split: sorted(  # type: ignore[misc]
                    {
                        *(base.config.get(name) or ()),
                        *(each for text in texts for each in split(self.value(text, base))),
                    }
                ),
                known=bool(texts) and not _open(texts),
            )
        check = config.healthcheck
        self.equal(
            f"{at} Healthcheck",
            real.get("Healthcheck"),
            lambda: base.config.get("Healthcheck") if check is None else _health(check),
            known=check is not None,
        )
        self.equal(
            f"{at} OnBuild", real.get("OnBuild") or [], lambda: list(config.onbuild), known=True
        )

    def environment(self, at: str, env: Mapping[str, str], base: Base, real: Sequence[str]) -> None:
        """Compares the variables, in their order."""
        built = {name: value for name, _, value in (each.partition("=") for each in real)}
        names = list(base.env)
        for name, text in env.items():
            key = self.value(name, base)
            if key not in names:
                names.append(key)
            self.equal(
                f"{at} ENV {key}",
                built.get(key),
                lambda text=text: self.value(text, base),  # type: ignore[misc]
                known=not isinstance(text, Symbolic),
            )
        self.equal(f"{at} order of ENV", list(built), lambda: names, known=True)
        mine = {self.value(name, base) for name in env}
        others = {name: value for name, value in base.env.items() if name not in mine}
        its = {name: value for name, value in built.items() if name not in mine}
        self.equal(f"{at} ENV of the base", its, lambda: others, known=False)

    # -------------------------------------------------------------------------------- the log

    def compare_log(self, built: Built) -> None:
        """Compares the RUNs with what was told in the log."""
        final = self.plan.stages[-1]
        called: dict[int, list[tuple[StagePlan, int, Statement]]] = {}
        for stage in self.plan.stages:
            for at, effect in enumerate(stage.effects):
                if isinstance(effect, Statement):
                    for number in _CALL.findall(effect.text):
                        called.setdefault(int(number), []).append((stage, at, effect))
        needed = self.needed(final)
        wanted = {n for n, uses in called.items() if any(s.index in needed for s, _, _ in uses)}
        told = [each.number for each in built.told]
        self.equal("RUNs of the last stage", set(told), lambda: wanted, known=True)
        everything = {*told, *(each.number for each in built.more)}
        self.equal("RUNs of all stages", everything, lambda: set(called), known=True)
        alone = {number for number, uses in called.items() if len(uses) == 1}
        for stage in self.plan.stages:
            mine = [n for n in dict.fromkeys(told) if n in alone and called[n][0][0] is stage]
            planned = [n for n in called if n in mine]
            self.equal(f"stage {stage.index} order of RUNs", mine, lambda p=planned: p, known=True)  # type: ignore[misc]
        for each in (*built.told, *built.more):
            self.compare_call(each, called.get(each.number, []))

    def compare_call(self, told: Told, uses: Sequence[tuple[StagePlan, int, Statement]]) -> None:
        """Compares one call with the statement that makes it: of several, one must fit."""
        best: Expected | None = None
        for stage, at, statement in uses:
            trial = Expected(self.plan, self.call)
            trial.statement(told, stage, at, statement)
            if best is None or len(trial.differences) < len(best.differences):
                best = trial
        if best is not None:
            self.differences += best.differences
            self.count.add(best.count)

    def statement(self, told: Told, stage: StagePlan, at: int, statement: Statement) -> None:
        """Compares what one statement runs under with what was seen there."""
        base = self.root(stage)
        name = f"RUN {told.number}"
        if statement.after:
            self.count.unknown["shell"] += 1
            return
        self.equal(
            f"{name} cwd",
            told.cwd,
            lambda: _clean(self.path(statement.cwd, base)),
            known=not isinstance(statement.cwd, Symbolic),
        )
        user = statement.user
        self.equal(
            f"{name} user",
            told.user,
            lambda: _account(
                str(base.config.get("User") or "") if user is None else self.value(user, base)
            ),
            known=user is not None and not isinstance(user, Symbolic),
        )
        self.equal(
            f"{name} umask", told.umask, lambda: f"{statement.umask or '022':0>4}", known=True
        )
        self.shell(name, told, statement, base)
        for key, text in statement.env.items():
            if key not in _OWN:
                self.equal(
                    f"{name} {key}",
                    told.env.get(key, ""),
                    lambda text=text: self.value(text, base),  # type: ignore[misc]
                    known=not isinstance(text, Symbolic),
                )
        planned = {*statement.env, *_OWN, *(e.partition("=")[0] for e in statement.variables)}
        planned |= set(_PREFIX.findall(statement.text))
        others = {key: value for key, value in told.env.items() if key not in planned}
        of_base = {key: value for key, value in base.env.items() if key not in planned}
        self.equal(f"{name} other variables", others, lambda: of_base, known=False)
        if told.user.startswith("0:"):  # others may not see all
            self.files(name, told, stage, at, base)

    def shell(self, name: str, told: Told, statement: Statement, base: Base) -> None:
        """Compares what runs the text."""
        shell = statement.shell
        if shell == ():
            self.equal(
                f"{name} exec form",
                list(told.command[1:]),
                lambda: json.loads(statement.text),
                known=True,
            )
        elif any(
            each in told.command for each in ("-c", "-euc")
        ):  # else the shell has given way to what it ran
            wanted = shell or base.config.get("Shell") or ("/bin/sh", "-c")
            self.equal(
                f"{name} shell",
                list(told.command[:-1]),
                lambda: list(wanted),
                known=shell is not None,
            )

    # ---------------------------------------------------------------------------------- copies

    def files(self, name: str, told: Told, stage: StagePlan, at: int, base: Base) -> None:
        """Compares what was copied up to a statement."""
        for owner in self.lineage(stage):
            effects = owner.effects[:at] if owner is stage else owner.effects
            for effect in effects:
                if isinstance(effect, Transfer):
                    self.transfer(f"{name} {effect.kind}", told, effect, base)

    def transfer(self, name: str, told: Told, transfer: Transfer, base: Base) -> None:
        """Compares what one COPY or ADD brought."""
        known = not isinstance(transfer.destination, Symbolic)
        try:
            target = _clean(self.path(transfer.destination, base))
            target += "/" if transfer.destination.endswith("/") and target != "/" else ""
            sources = [self.value(each, base) for each in transfer.sources]
        except Unknown as reason:
            self.count.unknown[str(reason)] += 1
            return
        for source in self.matched(sources, transfer.excludes):
            if posixpath.basename(source).startswith(COPIED):
                found = self.found(told, target, posixpath.basename(source))
                self.equal(f"{name} {source} to {target}", found is not None, lambda: True, known=known)  # fmt: skip
                if found is not None:
                    self.attributes(f"{name} {source}", found, transfer, base)
            elif posixpath.basename(source) == "marks":
                here = {posixpath.basename(m) for m in told.marks if m.startswith(target)}
                self.equal(f"{name} --from", here, lambda: self.marks(transfer.origin or ""), known=True)  # fmt: skip
        for document in transfer.documents:
            if not document.name.startswith(DOCUMENT):
                continue
            found = self.found(told, target, document.name)
            self.equal(f"{name} {document.name} to {target}", found is not None, lambda: True, known=known)  # fmt: skip
            if found is None:
                continue
            self.attributes(f"{name} {document.name}", found, transfer, base)
            bindings = dict(document.bindings or ())
            self.equal(
                f"{name} {document.name} content",
                found.content,
                lambda d=document, b=bindings: _NAME.sub(  # type: ignore[misc]
                    lambda m: self.bound(b, m[1], m[0], base), d.content
                ),
                known=not any(isinstance(v, Symbolic) or v is None for v in bindings.values()),
            )

    @staticmethod
    def matched(sources: Iterable[str], excludes: Sequence[str]) -> Iterator[str]:
        """The sources, patterns of files of the context replaced by what they match."""
        for source in sources:
            names = (f"{COPIED}{number + 1}" for number in range(FILES))
            if "*" in source or "?" in source:
                yield from (
                    name
                    for name in names
                    if fnmatchcase(name, source)
                    and not any(fnmatchcase(name, each) for each in excludes)
                )
            else:
                yield source

    def bound(self, bindings: Mapping[str, str | None], key: str, text: str, base: Base) -> str:
        """The value of a variable in a document."""
        if key not in bindings:
            return text
        value = bindings[key]
        return base.env.get(key, "") if value is None else self.value(value, base)

    @staticmethod
    def found(told: Told, target: str, name: str) -> Copied | None:
        """A file that was copied there."""
        inside = f"{target.rstrip('/')}/{name}"
        found = told.files.get(inside)
        return told.files.get(target) if found is None and not target.endswith("/") else found

    def attributes(self, name: str, found: Copied, transfer: Transfer, base: Base) -> None:
        """Compares owner and mode."""
        owner, mode = transfer.owner, transfer.mode
        self.equal(
            f"{name} owner",
            found.owner,
            lambda: _owner("0:0" if owner is None else self.value(owner, base)),
            known=not isinstance(owner, Symbolic),
        )
        self.equal(
            f"{name} mode",
            found.mode,
            lambda: "644" if mode is None else _mode(self.value(mode, base)),
            known=not isinstance(mode, Symbolic),
        )

    def marks(self, origin: str) -> set[str]:
        """What is in the folder of marks of a stage or an image."""
        if not origin.startswith("stage "):
            return {"plain"}
        stage = self.plan.stages[int(origin.removeprefix("stage "))]
        lineage = self.lineage(stage)
        found = {str(each.index) for each in lineage}
        if any(
            isinstance(effect, Transfer) and effect.sources == ("/",)
            for each in lineage
            for effect in each.effects
        ):
            found.add("plain")
        return found if lineage[0].base == "scratch" else {*found, "plain"}


SCRATCH_ENV: Mapping[str, str] = Base(SCRATCH).env


def _clean(path: str) -> str:
    return posixpath.normpath(f"/{path.lstrip('/')}")


def _open(texts: Iterable[str]) -> bool:
    return any(isinstance(each, Symbolic) for each in texts)


def _alone(text: str) -> Iterator[str]:
    yield text


def _ports(text: str) -> Iterator[str]:
    """The ports of a range; the plan keeps it as one. An open value may hold several."""
    for each in text.split():
        numbers, _, protocol = each.partition("/")
        first, _, last = numbers.rpartition(":")[2].partition("-")
        for number in range(int(first), int(last or first) + 1):
            yield f"{number}/{(protocol or 'tcp').lower()}"


def _health(check: Sequence[str]) -> dict[str, object]:
    flags = [each for each in check if each.startswith("--")]
    found: dict[str, object] = {"Test": list(check[len(flags) :])}
    for flag in flags:
        name, _, text = flag.removeprefix("--").partition("=")
        key = "".join(part.capitalize() for part in name.split("-"))
        number = int(text) if name == "retries" else _nanoseconds(text)
        if number:
            found[key] = number
    return dict(sorted(found.items()))


def _nanoseconds(text: str) -> int:
    return sum(
        int(Decimal(number) * _UNITS[unit])
        for number, unit in re.findall(r"([0-9.]+)(ms|s|m|h)", text)
    )


def _account(text: str) -> str:
    """User and group by their numbers; a user that is nowhere has the group 0."""
    user, _, group = text.partition(":")
    user = _ACCOUNTS.get(user or "root", user)
    group = _ACCOUNTS.get(group, group) or (user if user in _ACCOUNTS.values() else "0")
    return f"{user}:{group}"


def _mode(text: str) -> str:
    return _SYMBOLIC_MODES.get(text) or text.lstrip("0")


def _owner(text: str) -> str:
    """The same for `--chown`, where one number stands for both."""
    user, _, group = text.partition(":")
    user = _ACCOUNTS.get(user, user)
    return f"{user}:{_ACCOUNTS.get(group, group) or user}"
