"""What configs tell of an image: what stays unknown first, then what they say, then what wins."""

from dataclasses import replace
from typing import Any

import pytest
from msgspec import structs

from dfix.image import ImageReference
from dfix.resolve.bases import BaseFacts, base_facts
from dfix.resolve.configfacts import facts_of
from dfix.resolve.imageconfig import ImageConfig

BARE = ImageConfig(None, None, None, None, None, None, None, None, None, None, None)


def ref(text: str) -> ImageReference:
    image = ImageReference.parse(text)
    assert image is not None
    return image


def told(
    *configs: ImageConfig, image: str = "me/app:1", table: BaseFacts | None = None
) -> BaseFacts:
    return facts_of(ref(image), configs, table)


def test_what_no_config_holds_is_unknown() -> None:
    found = told(BARE)
    assert (found.family, found.package_manager, found.shell, found.bash) == (None,) * 4
    assert (found.init, found.drops_privileges) == (None, None)
    assert (found.users, found.user_tools, found.tools_installed) == ((), (), ())
    assert found.extrapolated


def test_what_a_config_leaves_out_is_known_to_be_none() -> None:
    found = told(BARE)
    assert (found.default_user, found.workdir, found.stopsignal) == ("root", "/", "")
    assert (found.entrypoint, found.cmd, found.default_shell) == ((), (), ())
    assert (found.env, found.labels, found.expose, found.volume) == ({}, {}, (), ())


DIFFERING: dict[str, dict[str, Any]] = {
    "default_user": {"user": "app"},
    "entrypoint": {"entrypoint": ("a",)},
    "cmd": {"cmd": ("a",)},
    "workdir": {"workdir": "/a"},
    "stopsignal": {"stopsignal": "SIGINT"},
    "default_shell": {"shell": ("/bin/bash", "-c")},
    "env": {"env": {"A": "1"}},
    "labels": {"labels": {"A": "1"}},
}


@pytest.mark.parametrize("field", DIFFERING)
@pytest.mark.parametrize("table", [None, "node:22"])
def test_what_differs_between_platforms_is_unknown(field: str, table: str | None) -> None:
    other = replace(BARE, **DIFFERING[field])
    known = None if table is None else base_facts(ref(table))
    for configs in ((BARE, other), (other, BARE), (BARE, BARE, other)):
        found = told(*configs, table=known)
        assert getattr(found, field) is None
        same = [name for name in DIFFERING if name != field]
        assert all(getattr(found, name) is not None for name in same)


def test_ports_and_volumes_are_those_of_any_platform() -> None:
    ports = replace(BARE, exposed_ports=("80/tcp",)), replace(BARE, exposed_ports=("443/tcp",))
    assert told(*ports).expose == ("443/tcp", "80/tcp")
    assert told(BARE, replace(BARE, volumes=("/data",))).volume == ("/data",)


@pytest.mark.parametrize(
    ("written", "user"),
    [
        (None, "root"), ("root", "root"), ("0", "root"), ("0:0", "root"), ("root:root", "root"),
        ("0:1000", "0:1000"), ("root:app", "root:app"), ("app", "app"), ("1000:1000", "1000:1000"),
        ("00", "00"),
    ],
)  # fmt: skip
def test_users(written: str | None, user: str) -> None:
    assert told(replace(BARE, user=written)).default_user == user


def test_shell_forms_are_told_from_exec_forms() -> None:
    assert told(replace(BARE, cmd=("/bin/sh", "-c", "a b"))).cmd == "a b"
    assert told(replace(BARE, cmd=("/bin/sh", "-c", "a", "b"))).cmd == ("/bin/sh", "-c", "a", "b")
    assert told(replace(BARE, entrypoint=("/bin/bash", "-c", "a"))).entrypoint == (
        "/bin/bash", "-c", "a",
    )  # fmt: skip


def test_a_working_directory_that_is_not_absolute_is_unknown() -> None:
    assert told(replace(BARE, workdir="app")).workdir is None


def test_a_config_wins_over_the_table() -> None:
    table = base_facts(ref("node:22-alpine"))
    assert table is not None
    config = replace(
        BARE, user="node", entrypoint=("docker-entrypoint.sh",), cmd=("node",), workdir="/app"
    )
    found = told(config, image="node:22-alpine", table=table)
    assert (found.default_user, found.workdir) == ("node", "/app")
    assert (found.family, found.package_manager, found.users) == ("alpine", "apk", table.users)
    assert (found.init, found.drops_privileges) == (table.init, table.drops_privileges)
    assert not found.extrapolated


def test_what_is_known_of_the_entrypoint_holds_for_no_other_one() -> None:
    table = base_facts(ref("node:22-alpine"))
    assert table is not None and table.init == "none"
    found = told(replace(BARE, entrypoint=("/init",)), image="node:22-alpine", table=table)
    assert (found.init, found.drops_privileges) == (None, None)
    unknown = structs.replace(table, entrypoint=None)
    assert told(BARE, table=unknown).init is None


@pytest.mark.parametrize("name", ["scratch", "golang:nanoserver"])
def test_there_is_no_config_of_linux_for_these(name: str) -> None:
    table = base_facts(ref(name))
    assert told(replace(BARE, user="app"), table=table) is table
