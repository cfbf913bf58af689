"""From a tree to its plan: what each instruction does to the stage that it stands in.

Source: BuildKit's `frontend/dockerfile/dockerfile2llb/convert.go`, and
https://docs.docker.com/reference/dockerfile/.
"""

from msgspec.structs import replace

from dfix import nodes
from dfix.nodes import Dockerfile, Instruction
from dfix.patterns import regex
from dfix.plan.bindings import Bindings
from dfix.plan.model import (
    BASE_DIRECTORY,
    BASE_SHELL,
    Boundary,
    Config,
    Directory,
    Effect,
    Plan,
    Rejected,
    StagePlan,
    State,
    Statement,
    Symbolic,
)
from dfix.plan.statements import Scene, statements
from dfix.plan.transfers import transfer
from dfix.plan.values import clean, joined, literal, short, value, words
from dfix.plan.written import expression, written
from dfix.shell import parse_shell

_PLATFORM_ARGS = tuple(
    side + what
    for side in ("BUILD", "TARGET")
    for what in ("PLATFORM", "OS", "OSVERSION", "ARCH", "VARIANT", "STAGE")
)
_DEFAULT_SHELL = ("/bin/sh", "-c")
_MOUNTED = regex(r"(?i)((?:^|,) *from=)([^,]*)")
_PORT = regex(r"(?:[^/]*:)?([0-9]{1,5})(?:-([0-9]{1,5}))?(?:/([A-Za-z]*))?")


def plan(tree: Dockerfile, *, given: bool = False) -> Plan:
    """What a build of `tree` would do. Pure, and never raises, whatever the tree.

    An argument has its default, unless `given` tells that the call of the build may give any of them:
    then it is symbolic, `${ARG NAME:-default}`.
    """
    builder = _Builder(tree, given)
    for stage in tree.stages:
        builder.stage(stage)
    return Plan(tuple(builder.stages), builder.states, builder.holding)


class _Builder:
    """Makes the stages in order; holds what they share."""

    def __init__(self, tree: Dockerfile, given: bool) -> None:
        self.escape = tree.escape
        self.given = given
        self.stages: list[StagePlan] = []
        self.ends: list[_Stage] = []
        self.names: dict[str, int] = {}
        self.states: dict[Instruction, State] = {}
        self.holding: dict[Instruction, int] = {}
        #: The scope above the first FROM: its arguments, and those that the builder always has.
        self.outer: dict[str, str] = {name: _given(name) for name in _PLATFORM_ARGS}
        #: Of its arguments, those that have a value even if the call gives none.
        self.settled: set[str] = set(_PLATFORM_ARGS)
        self.declared = Bindings()
        for instruction in tree.global_args:
            self.states[instruction] = self.outer_state()
            if isinstance(instruction, nodes.Arg):
                for pair in instruction.pairs:
                    self.declare(pair)

    def declare(self, pair: nodes.Pair) -> None:
        """Takes in an ARG above the first FROM."""
        if pair.assigned is not None:
            default = value(pair.assigned, self.outer, True, self.escape)
            self.outer[pair.key] = self.argument(pair.key, default)
            self.settled.add(pair.key)
        else:
            self.outer.setdefault(pair.key, _given(pair.key))
        self.declared = self.declared.extended({pair.key: self.outer[pair.key]})

    def argument(self, name: str, default: str) -> str:
        """The value of an argument with a default."""
        return Symbolic(f"{_given(name)[:-1]}:-{literal(default)}}}") if self.given else default

    def outer_state(self) -> State:
        """What an instruction outside of all stages sees, and FROM."""
        return State(self.declared, self.declared)

    def stage(self, stage: nodes.Stage) -> None:
        """Adds the plan of a stage."""
        start = stage.start
        base = value(start.image, self.outer, True, self.escape)
        flag = start.flag("platform")
        platform = None
        if flag is not None and flag.argument is not None:
            platform = value(flag.argument, self.outer, True, self.escape)
        parent = None if isinstance(base, Symbolic) else self.names.get(base)
        current = _Stage(self, base, None if parent is None else self.ends[parent])
        self.states[start] = self.outer_state()
        self.holding[start] = stage.index
        if parent is not None:
            # The triggers of a stage are run by those that are FROM it.
            for trigger in self.ends[parent].triggers:
                current.take(trigger)
        for instruction in stage.instructions:
            self.states[instruction] = current.state()
            self.holding[instruction] = stage.index
            if isinstance(instruction, nodes.Onbuild) and instruction.instruction is not None:
                self.states[instruction.instruction] = State()
                self.holding[instruction.instruction] = stage.index
            current.take(instruction)
        current.finish()
        self.stages.append(
            StagePlan(
                stage.index,
                stage.name,
                base if parent is None else f"stage {parent}",
                platform,
                tuple(current.effects),
                current.config,
            )
        )
        self.ends.append(current)
        if stage.name is not None:
            self.names[stage.name] = stage.index

    def source(self, name: str) -> str:
        """What `--from` means: `stage N`, or the image of that name."""
        if name.isascii() and name.isdecimal() and len(name) < 6:
            return f"stage {int(name)}"
        return self.named(name)

    def named(self, name: str) -> str:
        """The same of a mount, which knows a stage by its name alone."""
        index = self.names.get(name.lower())
        return name if index is None else f"stage {index}"


def _given(name: str) -> Symbolic:
    """The value of an argument that only the call of the build gives."""
    return Symbolic(f"${{ARG {name}}}")


class _Stage:
    """A stage while its instructions are taken in, one after another.

    Mappings are never changed but replaced, for states and statements keep them.
    """

    def __init__(self, builder: _Builder, base: str, parent: "_Stage | None") -> None:
        self.builder = builder
        self.escape = builder.escape
        self.effects: list[Effect] = []
        self.triggers: list[Instruction] = []
        self.commanded = False
        self._state: State | None = None
        self.closed: bool = base == "scratch" if parent is None else parent.closed
        self.visible: Bindings = Bindings()
        self.args: Bindings = Bindings()
        if parent is not None:
            self.args, self.visible = parent.handed_on()
        config = Config() if parent is None else parent.config
        self.config: Config = replace(config, onbuild=())
        # What only grows is put into the configuration at the end.
        self.set_env = dict(config.env)
        self.set_labels = dict(config.labels)
        self.ports = set(config.ports)
        self.volumes = set(config.volumes)

    def handed_on(self) -> tuple[Bindings, Bindings]:
        """The arguments, and all that is visible, where a stage that is FROM this one begins.

        There the image's environment is laid over the arguments: what ENV had set wins again over a
        later ARG of the same name, be it an ENV of the file's or one of the base image.
        """
        env = self.config.env
        again: dict[str, str] = {}
        for name, found in self.args.items():
            if name in env:
                again[name] = env[name]
            elif not self.closed:
                fallback = f"${{{name}-"
                inherited = isinstance(found, Symbolic) and found.startswith(fallback)
                again[name] = (
                    found if inherited else Symbolic(f"{fallback}{short(literal(found))}}}")
                )
        return self.args.extended(again), self.visible.extended(again)

    def finish(self) -> None:
        """Completes the configuration."""
        self.change(
            env=self.set_env,
            labels=self.set_labels,
            ports=tuple(sorted(self.ports)),
            volumes=tuple(sorted(self.volumes)),
            onbuild=tuple(expression(each, self.escape) for each in self.triggers),
        )

    def state(self) -> State:
        """What the next instruction sees."""
        if self._state is None:
            config = self.config
            workdir = "/" if config.workdir is None and self.closed else config.workdir
            self._state = State(self.visible, self.args, workdir, config.user, config.shell)
        return self._state

    def take(self, instruction: Instruction) -> None:
        """Takes in one instruction."""
        match instruction:
            case nodes.Run():
                self.run(instruction)
            case nodes.Copy() | nodes.Add():
                self.transfer(instruction)
            case nodes.Env():
                self.env(instruction)
            case nodes.Arg():
                self.arg(instruction)
            case nodes.Label():
                self.label(instruction)
            case nodes.Workdir():
                self.workdir(instruction)
            case nodes.User():
                self.user(instruction)
            case nodes.Cmd():
                self.cmd(instruction)
            case nodes.Entrypoint():
                self.entrypoint(instruction)
            case nodes.Expose():
                self.expose(instruction)
            case nodes.Volume():
                self.volume(instruction)
            case nodes.Shell():
                self.shell(instruction)
            case nodes.Healthcheck():
                self.healthcheck(instruction)
            case nodes.Stopsignal():
                self.change(stopsignal=self.value(instruction.value))
            case nodes.Maintainer():
                self.change(author=instruction.value)
            case nodes.Onbuild():
                self.onbuild(instruction)
            case _:
                self.reject(instruction)

    def change(self, **changes: object) -> None:
        """Changes the configuration."""
        self.config = replace(self.config, **changes)
        self._state = None

    def value(self, text: str) -> str:
        """A text as the builder expands it here."""
        return value(text, self.visible, self.closed, self.escape)

    @property
    def cwd(self) -> str:
        """Where commands run."""
        workdir = self.config.workdir
        if workdir is None:
            return "/" if self.closed else BASE_DIRECTORY
        return workdir if isinstance(workdir, Symbolic) else clean(workdir)

    def reject(self, instruction: Instruction) -> None:
        """Takes in an instruction that the builder would refuse."""
        self.effects.append(Rejected(written(instruction)))

    def run(self, run: nodes.Run) -> None:
        if self.effects and isinstance(self.effects[-1], Statement):
            self.effects.append(Boundary())
        flags = tuple(map(self.flag, run.flags))
        shell = self.config.shell
        scene = Scene(self.visible, self.cwd, self.config.user, shell, flags)
        form = run.command
        if isinstance(form, nodes.ExecForm):
            self.effects.append(
                scene.opaque(nodes.ExecForm.of(*form.values).code.strip(), shell=())
            )
        elif run.heredocs:
            text = "".join((run.shell or "", "\n", *(each.code for each in run.heredocs)))
            self.effects.append(scene.opaque(text, shell=shell))
        elif form is None:
            self.effects.append(scene.opaque("", shell=shell))
        else:
            self.effects += statements(parse_shell(form.text, self.escape), scene)

    def flag(self, flag: nodes.Flag) -> str:
        """A flag of RUN, expanded, with stages by their number."""
        if flag.argument is None:
            return f"--{flag.name}"
        found = self.value(flag.argument)
        symbolic = isinstance(found, Symbolic)
        if flag.name == "mount":
            found = _MOUNTED.sub(lambda match: match[1] + self.builder.named(match[2]), found)
        text = f"--{flag.name}={found}"
        return Symbolic(text) if symbolic else text

    def transfer(self, node: nodes.Transfer) -> None:
        self.effects.append(transfer(node, self.value, self.cwd, self.visible, self.builder.source))

    def env(self, node: nodes.Env) -> None:
        changes = self.pairs(node)
        self.visible = self.visible.extended(changes)
        self.set_env.update(changes)
        self._state = None

    def label(self, node: nodes.Label) -> None:
        self.set_labels.update(self.pairs(node))

    def pairs(self, node: nodes.PairInstruction) -> dict[str, str]:
        """Names and values of ENV or LABEL: all of one instruction see the same environment."""
        if any(pair.assigned is None for pair in node.pairs):
            self.reject(node)
        return {
            self.value(pair.key): self.value(pair.assigned)
            for pair in node.pairs
            if pair.assigned is not None
        }

    def arg(self, node: nodes.Arg) -> None:
        for pair in node.pairs:
            name = self.value(pair.key)
            known = self.visible.get(name)
            given = _given(name)
            if pair.assigned is not None:
                found = self.builder.argument(name, self.value(pair.assigned))
            elif name in self.builder.settled:
                found = self.builder.outer[name]
            elif known is None:
                found = given if self.closed else Symbolic(f"{given[:-1]}:-${{{name}}}}}")
            elif isinstance(known, Symbolic) and known.startswith((given, f"{given[:-1]}:-")):
                found = known
            else:
                found = Symbolic(f"{given[:-1]}:-{literal(known)}}}")
            self.args = self.args.extended({name: found})
            self.visible = self.visible.extended({name: found})
        self._state = None

    def cmd(self, node: nodes.Cmd) -> None:
        self.commanded = True
        self.change(cmd=self.command(node))

    def entrypoint(self, node: nodes.Entrypoint) -> None:
        self.change(entrypoint=self.command(node))
        if not self.commanded:
            # A CMD that the stage began with was meant for another entry point.
            self.change(cmd=())

    def command(self, node: nodes.CommandInstruction) -> tuple[str, ...]:
        """The words of a command: exec form as it is, shell form behind the shell."""
        if isinstance(node.command, nodes.ExecForm):
            return node.command.values
        shell = self.config.shell or (_DEFAULT_SHELL if self.closed else (BASE_SHELL,))
        return (*shell, node.shell or "")

    def shell(self, node: nodes.Shell) -> None:
        if isinstance(node.command, nodes.ExecForm):
            self.change(shell=node.command.values)
        else:
            self.reject(node)

    def healthcheck(self, node: nodes.Healthcheck) -> None:
        flags = tuple(sorted(map(self.flag, node.flags)))
        kind = node.kind.value.upper() if node.kind is not None else ""
        if kind == "NONE":
            self.change(healthcheck=(*flags, "NONE"))
        elif kind != "CMD":
            self.reject(node)
        elif isinstance(node.command, nodes.ExecForm):
            self.change(healthcheck=(*flags, "CMD", *node.command.values))
        else:
            self.change(healthcheck=(*flags, "CMD-SHELL", node.shell or ""))

    def user(self, node: nodes.User) -> None:
        self.change(user=self.value(node.value))

    def workdir(self, node: nodes.Workdir) -> None:
        before = "/" if self.config.workdir is None and self.closed else self.config.workdir
        path = joined(BASE_DIRECTORY if before is None else before, self.value(node.value))
        self.change(workdir=path)
        self.effects.append(Directory(path, self.config.user))

    def expose(self, node: nodes.Expose) -> None:
        self.ports.update(
            _port(port)
            for word in node.words
            for port in words(word.value, self.visible, self.closed, self.escape)
        )

    def volume(self, node: nodes.Volume) -> None:
        self.volumes.update(map(self.value, node.operands))

    def onbuild(self, node: nodes.Onbuild) -> None:
        if node.instruction is None:
            self.reject(node)
        else:
            self.triggers.append(node.instruction)


def _port(text: str) -> str:
    """A port as the image's configuration has it: `53/udp`; anything else as it is."""
    match = None if isinstance(text, Symbolic) else _PORT.fullmatch(text)
    if match is None:
        return text
    first, last, protocol = match.groups()
    number = str(int(first)) if last is None or int(last) == int(first) else f"{first}-{last}"
    return f"{number}/{(protocol or 'tcp').lower()}"
