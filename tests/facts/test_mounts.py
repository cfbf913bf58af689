"""What a RUN has mounted, as its flags say it."""

import pytest

from dfix.facts.mounts import cache_targets, is_mounted, mount_options, mount_targets
from dfix.nodes import Run
from dfix.parser import parse


def run(flags: str) -> Run:
    """A RUN with `flags`."""
    (found,) = [
        each for each in parse(f"FROM a\nRUN {flags} true\n").instructions if isinstance(each, Run)
    ]
    return found


def test_keys_are_read_in_any_case_and_values_as_they_are() -> None:
    (flag,) = run("--mount=TYPE=cache,Target=/A,ro").flags
    assert mount_options(flag) == {"type": "cache", "target": "/A", "ro": ""}


def test_targets_go_by_three_names() -> None:
    flags = "--mount=target=/a --network=none --mount=type=tmpfs,dst=/b --mount=destination=$C"
    assert mount_targets(run(flags)) == ("/a", "/b", "$C")


def test_caches_whose_place_is_known() -> None:
    flags = (
        "--mount=type=cache,target=/a --mount=type=cache,target=$B --mount=type=cache,target=c "
        "--mount=target=/d"
    )
    assert cache_targets(run(flags)) == ("/a",)


MOUNTED = {
    "--network=none": False,
    "--mount=target=/other": False,
    "--mount=target=/var/cachet": False,
    "--mount=target=/var/cache": True,
    "--mount=target=/var": True,
    "--mount=target=/var/cache/apt/": True,
    "--mount=target=$SOMEWHERE": True,
}


@pytest.mark.parametrize("flags", MOUNTED)
def test_is_mounted(flags: str) -> None:
    assert is_mounted(run(flags), "/var/cache") is MOUNTED[flags]
