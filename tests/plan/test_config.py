"""What ends in the image's configuration, and what a stage inherits."""

import pytest

from dfix.plan import BASE_SHELL, BOUNDARY, Symbolic, Transfer
from dfix.plan.difference import effect_text
from tests.plan.reading import config, of_kind, planned

PARENT = ("FROM debian:12 AS parent", "ENV A=1", "LABEL l=1", 'CMD ["c"]', "USER u", "WORKDIR /w")


def test_an_empty_stage_adds_nothing() -> None:
    found = config()
    assert (dict(found.env), dict(found.labels), found.ports, found.volumes) == ({}, {}, (), ())
    assert (found.cmd, found.entrypoint, found.user, found.workdir, found.shell) == (None,) * 5


@pytest.mark.parametrize(
    ("lines", "entrypoint", "cmd"),
    [
        pytest.param([], None, None, id="none"),
        pytest.param(['CMD ["a"]'], None, ("a",), id="cmd"),
        pytest.param(['ENTRYPOINT ["e"]'], ("e",), (), id="entrypoint-clears-the-base's-cmd"),
        pytest.param(['CMD ["a"]', 'ENTRYPOINT ["e"]'], ("e",), ("a",), id="cmd-before"),
        pytest.param(['ENTRYPOINT ["e"]', 'CMD ["a"]'], ("e",), ("a",), id="cmd-behind"),
        pytest.param(["ENTRYPOINT []"], (), (), id="entrypoint-cleared"),
        pytest.param(["CMD []"], None, (), id="cmd-cleared"),
        pytest.param(["ENTRYPOINT e  x"], (BASE_SHELL, "e  x"), (), id="shell-form"),
        pytest.param(["ENTRYPOINT"], (BASE_SHELL, ""), (), id="nothing"),
        pytest.param(["CMD ['a']"], None, (BASE_SHELL, "['a']"), id="no-json"),
        pytest.param(["CMD a $X"], None, (BASE_SHELL, "a $X"), id="never-expanded"),
        pytest.param(
            ["CMD a", 'SHELL ["/bin/bash", "-c"]'], None, (BASE_SHELL, "a"), id="shell-behind"
        ),
        pytest.param(
            ['SHELL ["/bin/bash", "-c"]', "CMD a"],
            None,
            ("/bin/bash", "-c", "a"),
            id="shell-before",
        ),
    ],
)
def test_entrypoint_and_cmd(
    lines: list[str], entrypoint: tuple[str, ...] | None, cmd: tuple[str, ...] | None
) -> None:
    found = config(*lines)
    assert (found.entrypoint, found.cmd) == (entrypoint, cmd)


def test_a_command_in_an_empty_image_is_run_by_the_default_shell() -> None:
    assert planned("FROM scratch", "CMD a").stages[0].config.cmd == ("/bin/sh", "-c", "a")
    assert planned("FROM scratch AS a", "FROM a", "CMD b").stages[1].config.cmd == (
        "/bin/sh", "-c", "b",
    )  # fmt: skip


@pytest.mark.parametrize(
    ("lines", "cmd"),
    [
        pytest.param([], ("c",), id="inherited"),
        pytest.param(['ENTRYPOINT ["e"]'], (), id="cleared"),
        pytest.param(['ENTRYPOINT ["e"]', 'CMD ["d"]'], ("d",), id="restated"),
    ],
)
def test_cmd_of_a_parent_stage(lines: list[str], cmd: tuple[str, ...]) -> None:
    assert planned(*PARENT, "FROM parent", *lines).stages[1].config.cmd == cmd


def test_a_stage_inherits_what_its_parent_ends_in() -> None:
    found = planned(*PARENT, "FROM parent", "ENV B=$A", "WORKDIR x", "RUN a").stages[1]
    assert found.base == "stage 0"
    assert dict(found.config.env) == {"A": "1", "B": "1"}
    assert (found.config.user, found.config.workdir) == ("u", "/w/x")
    assert [type(each).__name__ for each in found.effects] == ["Directory", "Statement"]


def test_a_stage_inherits_nothing_from_one_that_it_only_copies_from() -> None:
    found = planned(*PARENT, "FROM alpine", "COPY --from=parent /a /a").stages[1].config
    assert (dict(found.env), found.user) == ({}, None)


def test_a_name_shadows_an_image_but_a_tag_means_the_image() -> None:
    stages = planned("FROM a AS debian", "FROM debian", "FROM debian:12", "FROM Debian").stages
    assert [each.base for each in stages] == ["a", "stage 0", "debian:12", "Debian"]


def test_the_last_stage_of_a_name_wins() -> None:
    stages = planned("FROM a AS x", "FROM b AS x", "FROM x").stages
    assert stages[2].base == "stage 1"


@pytest.mark.parametrize(
    ("lines", "expected"),
    [
        pytest.param([], None, id="none"),
        pytest.param(["WORKDIR /a"], "/a", id="absolute"),
        pytest.param(["WORKDIR /a/"], "/a/", id="slash-is-stored"),
        pytest.param(["WORKDIR /a", "WORKDIR b"], "/a/b", id="relative"),
        pytest.param(["WORKDIR /a", "WORKDIR ../c/"], "/c", id="relative-is-cleaned"),
        pytest.param(["WORKDIR /a # b"], "/a # b", id="no-comment"),
        pytest.param(["ENV D=/d", "WORKDIR $D/e"], "/d/e", id="expanded"),
        pytest.param(["WORKDIR b"], Symbolic("<base>/b"), id="below-the-base's"),
        pytest.param(["WORKDIR b", "WORKDIR ./c/"], Symbolic("<base>/b/c"), id="below-twice"),
        pytest.param(["WORKDIR $D"], Symbolic("${D}"), id="unknown"),
        pytest.param(["WORKDIR /$D"], Symbolic("/${D}"), id="absolute-unknown"),
        pytest.param([r"WORKDIR C:\\a"], r"C:\a", id="drive"),
    ],
)
def test_workdir(lines: list[str], expected: str | None) -> None:
    assert config(*lines).workdir == expected


def test_an_empty_image_works_in_its_root() -> None:
    stage = planned("FROM scratch", "COPY a b", "WORKDIR c").stages[0]
    assert stage.config.workdir == "/c"
    assert of_kind(stage.effects[0], Transfer).destination == "/b"


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        pytest.param("EXPOSE 80", ("80/tcp",), id="default"),
        pytest.param("EXPOSE 53/UDP", ("53/udp",), id="case"),
        pytest.param("EXPOSE 53/udp 53/UDP", ("53/udp",), id="once"),
        pytest.param("EXPOSE 90 80", ("80/tcp", "90/tcp"), id="a-set"),
        pytest.param("EXPOSE 1-3", ("1-3/tcp",), id="range"),
        pytest.param("EXPOSE 8080:80", ("80/tcp",), id="mapping"),
        pytest.param("EXPOSE $P", (Symbolic("${P}"),), id="unknown"),
        pytest.param("EXPOSE http", ("http",), id="no-port"),
        pytest.param("VOLUME /a /b", (), id="volume-is-none"),
    ],
)
def test_ports(line: str, expected: tuple[str, ...]) -> None:
    assert config(line).ports == expected


def test_ports_of_one_variable_are_split() -> None:
    assert config('ENV P="1 2/udp"', "EXPOSE $P").ports == ("1/tcp", "2/udp")


@pytest.mark.parametrize("line", ['VOLUME ["/b", "/a"]', "VOLUME /a /b", "VOLUME /b /a /b"])
def test_volumes(line: str) -> None:
    assert config(line).volumes == ("/a", "/b")


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        pytest.param("HEALTHCHECK NONE", ("NONE",), id="none"),
        pytest.param("HEALTHCHECK CMD a  b", ("CMD-SHELL", "a  b"), id="shell"),
        pytest.param('HEALTHCHECK cmd ["a"]', ("CMD", "a"), id="exec"),
        pytest.param(
            "HEALTHCHECK --retries=3 --interval=5s CMD a",
            ("--interval=5s", "--retries=3", "CMD-SHELL", "a"),
            id="flags-in-any-order",
        ),
    ],
)
def test_healthcheck(line: str, expected: tuple[str, ...]) -> None:
    assert config(line).healthcheck == expected


def test_what_else_ends_in_the_configuration() -> None:
    found = config("ENV S=QUIT", "STOPSIGNAL SIG$S", "MAINTAINER a $S <b>", "USER $S:1")
    assert (found.stopsignal, found.author, found.user) == ("SIGQUIT", "a $S <b>", "QUIT:1")


def test_triggers_are_kept_as_text_and_run_by_the_next_stage() -> None:
    parent, child = planned(
        "FROM a AS b", "ONBUILD   RUN  x \\", "  y", "ONBUILD ENV A=1", "FROM b", "RUN z"
    ).stages
    assert parent.config.onbuild == ("RUN  x   y", "ENV A=1")
    assert (parent.effects, dict(parent.config.env)) == ((), {})
    assert child.config.onbuild == ()
    assert dict(child.config.env) == {"A": "1"}
    assert [effect_text(each) for each in child.effects] == ["x y", BOUNDARY, "z"]


@pytest.mark.parametrize(
    "line", ["SHELL /bin/sh -c", "FOO x", "ONBUILD", "HEALTHCHECK", "HEALTHCHECK x", "ENV A"]
)
def test_what_the_builder_refuses_is_told(line: str) -> None:
    assert [type(each).__name__ for each in planned("FROM a", line).stages[0].effects] == [
        "Rejected"
    ]


@pytest.mark.parametrize(
    ("lines", "expected"),
    [
        pytest.param(['ONBUILD   CMD  ["a",  "b" ]  '], 'CMD  ["a",  "b" ]', id="blanks-are-kept"),
        pytest.param(["onbuild run\\", "", "# no", "  a"], "run  a", id="lines-are-joined"),
        pytest.param(["ONBUILD ENV  A=1 \\", " # no \\", "   B=2"], "ENV  A=1    B=2", id="pairs"),
        pytest.param(
            ["ONBUILD RUN <<E  &&  b", "a", "E"], "RUN <<E  &&  b\na\nE", id="with-its-heredoc"
        ),
    ],
)
def test_the_text_that_an_image_keeps_of_a_trigger(lines: list[str], expected: str) -> None:
    """Seen in real builds: `docker image inspect` shows it."""
    assert config(*lines).onbuild == (expected,)
