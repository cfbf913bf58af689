"""What levels promise, and what keeps to it."""

from dataclasses import replace

import pytest
from msgspec import structs

from dfix import Level, fix
from dfix.parser import parse
from dfix.plan import plan
from dfix.registry import all_fixers
from dfix.verify.allowances import BY_FIXER, CACHES, FOLDER_OF_CACHES
from dfix.verify.comparison import (
    Aspect,
    PathDifference,
    SettingDifference,
    compare_configs,
    compare_trees,
)
from dfix.verify.noise import matching
from dfix.verify.promise import (
    Promise,
    judged_paths,
    judged_settings,
    pinned_bases,
    promise_of,
    stage_index,
)
from dfix.verify.tree import Entry

_FILE = Entry("file", 0o644, 0, 0, "aa", 2)
PERL = b'FROM debian:12\nCOPY a.pl /a.pl\nCMD ["perl", "/a.pl"]\n'


def _promise(text: bytes, level: Level = Level.STANDARD, **more: str) -> Promise:
    return promise_of(fix(text, level=level), level, more.get("target"))


def _reason(promise: Promise, path: str, aspect: Aspect, after: Entry = _FILE) -> str | None:
    difference = PathDifference(path, frozenset({aspect}), _FILE, after)
    return judged_paths([difference], promise)[0].reason


def test_safe_allows_caches_alone() -> None:
    promise = _promise(PERL, Level.SAFE)
    assert promise == Promise()
    assert _reason(promise, "var/lib/apt/lists/x_Packages", "removed")
    assert _reason(promise, "var/cache/apt/archives/a.deb", "added")
    assert _reason(promise, "etc/passwd", "content") is None
    assert _reason(promise, "usr/bin/tini", "added") is None


def test_safe_allows_the_folder_that_only_a_cache_was_in() -> None:
    promise = _promise(b"FROM fedora:40\nRUN dnf install -y php && pip install a\n", Level.SAFE)
    folder = Entry("folder", 0o755, 0, 0)

    def allowed(path: str, aspect: Aspect, before: Entry, after: Entry | None) -> bool:
        difference = PathDifference(path, frozenset({aspect}), before, after)
        return judged_paths([difference], promise)[0].reason is not None

    assert allowed("root/.cache/pip/http/a", "removed", _FILE, None)
    assert allowed("root/.cache/pip", "removed", folder, None)
    assert allowed("root/.cache", "removed", folder, None)
    assert allowed("var/cache/dnf", "removed", folder, None)
    assert not allowed("root/.cache", "removed", _FILE, None)
    assert not allowed("root/.cache", "mode", folder, folder)
    assert not allowed("root/.cache/go-build", "removed", folder, None)
    assert not allowed("var/cache", "removed", folder, None)


def test_standard_allows_what_its_fixes_do() -> None:
    promise = _promise(PERL)
    assert set(promise.settings) == {"Entrypoint", "User"}
    assert promise.settings["Entrypoint"].value == ["/usr/bin/tini", "--"]
    assert promise.settings["User"].value == "10001:10001"
    assert _reason(promise, "etc/passwd", "content")
    assert _reason(promise, "etc/passwd", "mode") is None
    assert _reason(promise, "usr/bin/tini", "added")
    assert _reason(promise, "usr/bin/tini", "removed") is None
    assert _reason(promise, "usr/bin/perl", "content") is None
    only_tini = fix(PERL, select=["init-process"])
    promise = promise_of(only_tini, Level.STANDARD)
    assert _reason(promise, "etc/passwd", "content") is None


def test_a_path_with_more_than_is_allowed() -> None:
    difference = PathDifference("etc/passwd", frozenset({"content", "owner"}), _FILE, _FILE)
    assert judged_paths([difference], _promise(PERL))[0].reason is None


def test_an_announced_owner_is_for_the_destination() -> None:
    text = b'FROM node:22\nWORKDIR /app\nCOPY . /app/src\nCMD ["node", "src/x.js"]\n'
    result = fix(text, select=["run-as-user"])
    owners = [change for change in result.changes if change.item == "effect.owner"]
    if not owners:  # the fixer may leave them to root: then this says what it would mean
        owners = [replace(result.changes[0], item="effect.owner", at=1, new="1000:1000")]
    result = structs.replace(result, changes=tuple(owners))
    promise = promise_of(result, Level.STANDARD)
    new = replace(_FILE, uid=1000, gid=1000)
    assert _reason(promise, "app/src/x.js", "owner", new)
    assert _reason(promise, "app", "owner", new)
    assert _reason(promise, "app/src/x.js", "owner", replace(new, uid=0)) is None
    assert _reason(promise, "app/src/x.js", "mode", new) is None
    assert _reason(promise, "application", "owner", new) is None


def test_folders_that_the_program_is_given() -> None:
    text = (
        b"FROM node:22\nWORKDIR /srv\nCOPY . .\nRUN mkdir data\nENV DATA_DIR=/srv/data\n"
        b'CMD ["node", "index.js"]\n'
    )
    promise = promise_of(fix(text, select=["run-as-user"]), Level.STANDARD)
    new = replace(_FILE, uid=1000, gid=1000)
    assert _reason(promise, "srv/data", "owner", new)
    assert _reason(promise, "srv/data/x", "owner", new)
    assert _reason(promise, "srv/data", "mode", new) is None
    assert _reason(promise, "srv/data", "owner", replace(new, gid=0)) is None
    assert _reason(promise, "srv", "owner", new) is None
    assert _reason(promise, "srv/database", "owner", new) is None


def test_settings_are_as_announced() -> None:
    promise = _promise(PERL)
    after = {"User": "10001:10001", "Entrypoint": ["/usr/bin/tini", "--"], "Cmd": ["x"]}
    judged = judged_settings(compare_configs({"Cmd": ["x"]}, after), after, promise)
    assert [(each.key, each.reason) for each in judged] == [
        ("Entrypoint", "announced"),
        ("User", "announced"),
    ]
    other = {**after, "User": "0", "Cmd": ["y"]}
    judged = judged_settings(compare_configs({"Cmd": ["x"]}, other), other, promise)
    assert [(each.key, each.reason) for each in judged] == [
        ("Cmd", None),
        ("Entrypoint", "announced"),
        ("User", None),
    ]


def test_what_was_announced_and_did_not_come() -> None:
    judged = judged_settings((), {"User": "10001:10001"}, _promise(PERL))
    assert judged == (SettingDifference("Entrypoint", None, None),)


@pytest.mark.parametrize(
    ("text", "key", "value"),
    [
        ("MAINTAINER me <a@b.c>\n", "Labels.org.opencontainers.image.authors", "me <a@b.c>"),
        ("MAINTAINER me <a@b.c>\n", "Author", None),
        ('CMD ["nginx", "-g", "daemon off;"]\n', "StopSignal", "SIGQUIT"),
        ("CMD perl a.pl\n", "Cmd", ["perl", "a.pl"]),
    ],
)
def test_keys_and_values(text: str, key: str, value: object) -> None:
    select = ["maintainer-to-label", "stop-signal", "exec-form"]
    result = fix(f"FROM debian:12\n{text}", select=select)
    promise = promise_of(result, Level.STANDARD)
    assert promise.settings[key].value == value


def test_the_stage_that_is_built() -> None:
    text = b'FROM debian:12 AS base\nMAINTAINER me\nFROM debian:12\nCMD ["ls"]\n'
    assert "Author" not in _promise(text).settings
    assert "Author" in _promise(text, target="base").settings
    assert "Author" in _promise(text, target="0").settings
    with pytest.raises(ValueError, match="no stage 'gone'"):
        _promise(text, target="gone")


def test_the_last_of_stages_of_one_name() -> None:
    known = plan(parse(b"FROM a AS x\nFROM b AS X\nFROM c\n"))
    assert (stage_index(known, "X"), stage_index(known, "1"), stage_index(known, None)) == (1, 1, 2)


def test_allowances_are_for_fixers_that_there_are() -> None:
    assert set(BY_FIXER) <= set(all_fixers())
    for fixer, allowances in BY_FIXER.items():
        assert all_fixers()[fixer].level > Level.SAFE, "a safe fixer changes no file"
        for allowance in (*allowances, CACHES, FOLDER_OF_CACHES):
            matching(allowance.paths)
            assert allowance.reason


def test_trees_of_a_promise_that_is_kept() -> None:
    found = compare_trees({"a": _FILE}, {"a": _FILE, "usr/bin/tini": _FILE})
    [tini] = judged_paths(found.differences, _promise(PERL))
    assert tini.reason == "tini"


def test_the_images_that_were_pinned() -> None:
    text = "FROM debian AS x\nFROM x\nCOPY --from=nginx /a /a\n"
    found = dict(pinned_bases(fix(text, select=["pin-base-image"])))
    assert set(found) == {"debian", "nginx"}
    assert all(new.startswith(f"{old}:") for old, new in found.items())
