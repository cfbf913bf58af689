"""What a change does to the build: nothing but what it announced, and what it may announce."""

import pytest

from dfix import (
    Arg,
    Change,
    Cmd,
    Copy,
    Entrypoint,
    Env,
    ExecForm,
    Expose,
    Fixer,
    Flag,
    From,
    Healthcheck,
    Insert,
    Label,
    Level,
    Onbuild,
    Pair,
    Remove,
    Run,
    ShellForm,
    Stopsignal,
    User,
    Volume,
    Word,
    Workdir,
)
from dfix.nodes import Shell
from tests.mutants.harness import FILE, Mutants, reject, text_of, with_text

MUTANTS = Mutants()
OTHERWISE = "the build would change otherwise than announced"
BOUNDARY = Change(0, "boundary", "RUN | RUN", None)


def run_before(self: Fixer, node: Run) -> Run:
    """The RUN above `node`."""
    runs = [each for each in self.facts.tree.instructions if isinstance(each, Run)]
    return runs[runs.index(node) - 1]


@MUTANTS.add("`cd` changes the shell")
def leaks_a_cd(self: Fixer, node: Run) -> None:
    if text_of(node).startswith("touch g"):
        first = run_before(self, node)
        joined = with_text(first, f"{text_of(first)} && {text_of(node)}")
        self.fix(node, {first: joined, node: Remove()}, expects=(BOUNDARY,))


@MUTANTS.add("a tmpfs mount begins anew with each RUN")
def joins_what_a_mount_crosses_over_a_label(self: Fixer, node: Run) -> None:
    if text_of(node).startswith("test ! -e"):
        first = run_before(self, node)
        joined = with_text(first, f"{text_of(first)} && {text_of(node)}")
        self.fix(node, {first: joined, node: Remove()}, expects=(BOUNDARY,))


@MUTANTS.add("more boundaries would go than RUNs are joined")
def announces_a_boundary_that_stays(self: Fixer, node: Run) -> None:
    if text_of(node).startswith("touch g"):
        end = node.end.with_changes(prefix=" ")
        self.fix(node, {node.end: end}, expects=(BOUNDARY,))


@MUTANTS.add("a RUN would be split: a tmpfs mount begins anew with each RUN")
def splits_what_a_mount_crosses(self: Fixer, node: Run) -> None:
    if text_of(node).startswith("touch /n/x"):
        first, second = (
            with_text(node, "touch /n/x"),
            Run(flags=node.flags, command=ShellForm(text="ls /n")),
        )
        change = Change(0, "boundary", None, "RUN | RUN")
        self.fix(node, {node: Insert(node=first, below=(second,))}, expects=(change,))


@MUTANTS.add("a RUN would be split: a tmpfs mount begins anew with each RUN")
def splits_behind_the_back_of_a_new_command(self: Fixer, node: Run) -> None:
    if text_of(node).startswith("touch /n/x"):
        first, second = (
            with_text(node, "touch /n/x"),
            Run(flags=node.flags, command=ShellForm(text="ls /n")),
        )
        new = Run(command=ShellForm(text="touch new"))
        change = Change(0, "effect", None, "touch new")
        self.fix(node, {node: Insert(node=first, below=(second, new))}, expects=(change,))


@MUTANTS.add(OTHERWISE)
def moves_a_boundary(self: Fixer, node: Run) -> None:
    if text_of(node).startswith("touch h"):
        first = run_before(self, node)
        moved = with_text(first, "touch h `# in between` && touch g # at the end")
        self.fix(node, {first: moved, node: with_text(node, "touch i")})


@MUTANTS.add(OTHERWISE)
def hides_a_failure(self: Fixer, node: Run) -> None:
    if text_of(node).startswith("set -e"):
        self.fix(node, {node: with_text(node, text_of(node) + " && true")})


@MUTANTS.add(OTHERWISE)
def ignores_a_failure(self: Fixer, node: Run) -> None:
    if text_of(node).startswith("touch h"):
        self.fix(node, {node: with_text(node, "touch h `# in between`; touch i")})


@MUTANTS.add(OTHERWISE)
def swaps_two_commands(self: Fixer, node: Run) -> None:
    if text_of(node).startswith("touch h"):
        self.fix(node, {node: with_text(node, "touch i `# in between` && touch h")})


@MUTANTS.add(OTHERWISE)
def splits_a_word_of_a_command(self: Fixer, node: Run) -> None:
    if text_of(node).startswith("touch h"):
        self.fix(node, {node: with_text(node, "touch h `# in between` && tou ch i")})


@MUTANTS.add(OTHERWISE)
def runs_without_a_shell(self: Fixer, node: Run) -> None:
    if text_of(node) == "touch z":
        self.fix(node, {node: node.with_changes(command=ExecForm.of("touch", "z"))})


@MUTANTS.add(OTHERWISE)
def starts_without_a_shell(self: Fixer, node: Cmd) -> None:
    self.fix(node, {node: node.with_changes(command=ExecForm.of("-c", "true"))})


@MUTANTS.add("a change of config.cmd is not safe")
def starts_without_a_shell_and_calls_it_safe(self: Fixer, node: Cmd) -> None:
    old = '["<shell of the base>", "-c true"]'
    self.fix(
        node,
        {node: node.with_changes(command=ExecForm.of("-c", "true"))},
        expects=(Change(1, "config.cmd", old, '["-c", "true"]'),),
    )


@MUTANTS.add(OTHERWISE)
def starts_with_the_shell_that_the_base_may_not_have(self: Fixer, node: Cmd) -> None:
    self.fix(node, {node: node.with_changes(command=ExecForm.of("/bin/sh", "-c", "-c true"))})


@MUTANTS.add("config.labels.x")
def quotes_a_label(self: Fixer, node: Label) -> None:
    if node.pairs[0].key == "x":
        self.fix(node, {node.pairs[0]: Pair(text="x='\"b c\"'")})


@MUTANTS.add("config.labels.x")
def loses_a_quote(self: Fixer, node: Label) -> None:
    if node.pairs[0].key == "x":
        self.fix(node, {node.pairs[0]: Pair(text="x=b\\ \\ c")})


@MUTANTS.add("effect.env: 'C=1' -> 'C=${A}'")
def joins_two_env(self: Fixer, node: Env) -> None:
    """All of one ENV see what was set above it."""
    if node.pairs[0].key == "C":
        instructions = self.facts.tree.instructions
        first = instructions[instructions.index(node) - 1]
        assert isinstance(first, Env)
        joined = first.with_changes(pairs=(*first.pairs, *node.pairs))
        self.fix(node, {first: joined, node: Remove()})


@MUTANTS.add("effect.env")
def moves_env_below_its_use(self: Fixer, node: Env) -> None:
    """What the image has in the end is the same."""
    if node.pairs[0].key == "C":
        instructions = self.facts.tree.instructions
        below = next(each for each in instructions if isinstance(each, Copy))
        moved = node.with_changes(leading_lines=())
        self.fix(node, {node: Remove(), below: Insert(below=(moved,))})


@MUTANTS.add("effect.env: 'B=2' -> None")
def drops_a_variable(self: Fixer, node: Env) -> None:
    if node.pairs[0].key == "A":
        self.fix(node, {node.pairs[1]: Remove()})


@MUTANTS.add("an argument of the build would no longer change effect.env")
def writes_a_default_down(self: Fixer, node: Env) -> None:
    if node.pairs[0].key == "SPEED":
        self.fix(node, {node.pairs[0]: Pair(text="SPEED=fast")})


@MUTANTS.add("an argument of the build would no longer change effect.env")
def changes_what_holds_for_an_empty_argument(self: Fixer, node: Env) -> None:
    if node.pairs[0].key == "RATE":
        self.fix(node, {node.pairs[0]: Pair(text="RATE=${MODE:-never}")})


@MUTANTS.add("an argument of the build would no longer change base", level=Level.STANDARD)
def writes_a_base_down_and_announces_it(self: Fixer, node: From) -> None:
    if "$" in node.image:
        self.fix(
            node,
            {node.words[0]: Word(text="debian:12-slim")},
            expects=(Change(0, "base", "debian:12", "debian:12-slim"),),
        )


@MUTANTS.add("an argument of the build would no longer change base")
def writes_a_base_down(self: Fixer, node: From) -> None:
    if "$" in node.image:
        self.fix(node, {node.words[0]: Word(text="debian:12")})


@MUTANTS.add("base")
def changes_the_base(self: Fixer, node: From) -> None:
    if "$" not in node.image:
        self.fix(node, {node.words[0]: Word(text="debian:13")})


@MUTANTS.add("a change of base is not safe")
def changes_the_base_and_calls_it_safe(self: Fixer, node: From) -> None:
    if "$" not in node.image:
        expects = (Change(1, "base", "debian:12", "debian:13"),)
        self.fix(node, {node.words[0]: Word(text="debian:13")}, expects=expects)


@MUTANTS.add("platform")
def chooses_a_platform(self: Fixer, node: From) -> None:
    if "$" not in node.image:
        flags = (Flag(text="--platform=linux/arm64"),)
        self.fix(node, {node: node.with_changes(flags=flags)})


@MUTANTS.add("the builder would refuse the result")
def renames_a_stage(self: Fixer, node: From) -> None:
    if node.alias == "build":
        self.fix(node, {node.words[2]: Word(text="builder:1")})


@MUTANTS.add("name")
def renames_a_stage_that_is_used(self: Fixer, node: From) -> None:
    if node.alias == "build":
        self.fix(node, {node.words[2]: Word(text="builder")})


@MUTANTS.add("config.user")
def adds_a_user(self: Fixer, node: Cmd) -> None:
    self.fix(node, {node: Insert(above=(User(argument=Word(text="app")),))})


@MUTANTS.add("'1000' -> '1001'", level=Level.STANDARD)
def announces_another_value(self: Fixer, node: User) -> None:
    self.fix(
        node,
        {node: node.with_changes(argument=Word(text="1001"))},
        expects=(
            Change(1, "config.user", "1000", "1002"),
            Change(1, "effect.user", "1000", "1001"),
        ),
    )


@MUTANTS.add("effect.user", level=Level.STANDARD)
def announces_too_little(self: Fixer, node: User) -> None:
    self.fix(
        node,
        {node: node.with_changes(argument=Word(text="1001"))},
        expects=(Change(1, "config.user", "1000", "1001"),),
    )


@MUTANTS.add("config.user", level=Level.STANDARD)
def announces_too_much(self: Fixer, node: Cmd) -> None:
    end = node.end.with_changes(prefix=" ")
    self.fix(node, {node.end: end}, expects=(Change(1, "config.user", "1000", "x"),))


@MUTANTS.add("config.stopsignal", level=Level.STANDARD)
def announces_another_stage(self: Fixer, node: Stopsignal) -> None:
    self.fix(
        node,
        {node: node.with_changes(argument=Word(text="SIGTERM"))},
        expects=(Change(0, "config.stopsignal", "SIGINT", "SIGTERM"),),
    )


@MUTANTS.add("config.stopsignal", level=Level.STANDARD)
def announces_a_stage_that_is_not_there(self: Fixer, node: Stopsignal) -> None:
    self.fix(
        node,
        {node: node.with_changes(argument=Word(text="SIGTERM"))},
        expects=(Change(7, "config.stopsignal", "SIGINT", "SIGTERM"),),
    )


@MUTANTS.add(
    "wrong has no business with config.stopsignal",
    plan_paths=("effect*", "config.user"),
    level=Level.STANDARD,
)
def changes_what_is_not_its_business(self: Fixer, node: Stopsignal) -> None:
    self.fix(
        node,
        {node: node.with_changes(argument=Word(text="SIGTERM"))},
        expects=(Change(1, "config.stopsignal", "SIGINT", "SIGTERM"),),
    )


@MUTANTS.add("effect.flags")
def changes_a_flag_of_run(self: Fixer, node: Run) -> None:
    if text_of(node).startswith("touch /n/x"):
        self.fix(node, {node.flags[0]: Flag(text="--mount=type=cache,target=/n")})


@MUTANTS.add("effect.flags")
def changes_a_flag_and_the_commands(self: Fixer, node: Run) -> None:
    """Two statements give way to one, which nothing is held against one by one."""
    if text_of(node).startswith("touch /n/x"):
        new = with_text(node, "touch /n/y").with_changes(
            flags=(Flag(text="--mount=type=cache,target=/n"),)
        )
        changes = (("touch /n/x", None), ("ls /n", None), (None, "touch /n/y"))
        self.fix(node, {node: new}, expects=tuple(Change(0, "effect", *each) for each in changes))


@MUTANTS.add("effect.flags")
def adds_a_command_that_may_do_anything(self: Fixer, node: Expose) -> None:
    new = Run(flags=(Flag(text="--security=insecure"),), command=ShellForm(text="true"))
    expects = (Change(1, "effect", None, "true"),)
    self.fix(node, {node: Insert(above=(new,))}, expects=expects)


@MUTANTS.add("effect.from")
def adds_a_copy_from_elsewhere(self: Fixer, node: Expose) -> None:
    new = Copy(flags=(Flag(text="--from=evil:1"),), paths=(Word(text="/a"), Word(text="/b")))
    expects = (Change(1, "effect", None, "COPY /a /b"),)
    self.fix(node, {node: Insert(above=(new,))}, expects=expects)


@MUTANTS.add("effect.flags")
def drops_a_flag_of_run(self: Fixer, node: Run) -> None:
    if text_of(node).startswith("touch /n/x"):
        self.fix(node, {node.flags[0]: Remove()})


@MUTANTS.add("effect.owner")
def changes_a_flag_of_copy(self: Fixer, node: Copy) -> None:
    if node.heredocs:
        self.fix(node, {node.flags[0]: Flag(text="--chown=1:2")})


@MUTANTS.add("effect.mode")
def adds_a_flag_to_copy(self: Fixer, node: Copy) -> None:
    if not node.heredocs:
        self.fix(node, {node: node.with_changes(flags=(*node.flags, Flag(text="--chmod=755")))})


@MUTANTS.add(OTHERWISE)
def splits_a_word_of_copy(self: Fixer, node: Copy) -> None:
    if not node.heredocs:
        self.fix(node, {node.paths[0]: Word(text="/ x")})


@MUTANTS.add(OTHERWISE)
def moves_copy_over_a_directory(self: Fixer, node: Copy) -> None:
    if not node.heredocs:
        self.fix(node, {node: node.with_changes(paths=(node.paths[0], Word(text="/y/")))})


@MUTANTS.add("WORKDIR /srv")
def changes_the_directory(self: Fixer, node: Workdir) -> None:
    self.fix(node, {node: node.with_changes(argument=Word(text="/srv/../var"))})


@MUTANTS.add("config.ports")
def splits_a_port(self: Fixer, node: Expose) -> None:
    self.fix(node, {node.words[0]: Word(text="8 0")})


@MUTANTS.add("config.volumes")
def drops_a_volume(self: Fixer, node: Volume) -> None:
    self.fix(node, {node: Remove()})


@MUTANTS.add("config.healthcheck")
def changes_a_health_check(self: Fixer, node: Healthcheck) -> None:
    self.fix(node, {node.flags[0]: Flag(text="--interval=50m")})


@MUTANTS.add("config.entrypoint")
def drops_the_entrypoint(self: Fixer, node: Entrypoint) -> None:
    self.fix(node, {node: Remove()})


@MUTANTS.add("config.onbuild")
def changes_what_another_build_does(self: Fixer, node: Onbuild) -> None:
    inner = node.instruction
    assert isinstance(inner, Run)
    self.fix(node, {node: node.with_changes(instruction=with_text(inner, "touch never"))})


@MUTANTS.add("effect.shell")
def drops_the_shell(self: Fixer, node: Shell) -> None:
    self.fix(node, {node: Remove()})


@MUTANTS.add("effect.env")
def changes_a_default(self: Fixer, node: Arg) -> None:
    if node.pairs[0].key == "MODE":
        self.fix(node, {node.pairs[0]: Pair(text="MODE=slow")})


@pytest.mark.parametrize("name", MUTANTS)
def test_wrong_build_is_turned_down(name: str) -> None:
    reject(MUTANTS[name])


def test_the_file_has_what_the_wrong_fixers_look_for() -> None:
    for word in (b"${VERSION}", b"type=tmpfs", b"`# in between`", b"ONBUILD", b"HEALTHCHECK"):
        assert word in FILE
