"""Repositories that want to run something, lead out of themselves, or are damaged: each is harmless."""

import os
import stat
import tempfile
from collections.abc import Callable
from pathlib import Path

import pytest

from .campaigns import Command
from .repositories import (
    AFTER,
    BEFORE,
    Content,
    Link,
    Program,
    Submodule,
    commit,
    git,
    line,
    repository,
    show,
    state,
)

HOOKS = (
    "applypatch-msg commit-msg post-applypatch post-checkout post-commit post-index-change post-merge "
    "post-receive post-rewrite post-update pre-applypatch pre-auto-gc pre-commit pre-merge-commit pre-push "
    "pre-rebase pre-receive prepare-commit-msg proc-receive push-to-checkout reference-transaction update "
    "fsmonitor-watchman"
).split()


def program(path: Path, marker: Path) -> Path:
    """A program that leaves a mark when it is run."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(f"#!/bin/sh\ntouch '{marker}'\n")
    path.chmod(0o755)
    return path


def with_hooks(folder: Path, evil: Path) -> None:
    """Every hook that git knows."""
    hooks = (folder / ".git" if (folder / ".git").is_dir() else folder) / "hooks"
    hooks.mkdir(exist_ok=True)
    for name in HOOKS:
        (hooks / name).write_bytes(evil.read_bytes())
        (hooks / name).chmod(0o755)


def with_settings(**settings: str) -> Callable[[Path, Path], None]:
    """Settings of the repository; `EVIL` stands for the program."""

    def apply(folder: Path, evil: Path) -> None:
        for name, value in settings.items():
            key = name.replace("__", ".").replace("_", "")
            git(folder, "config", key, value.replace("EVIL", str(evil)))

    return apply


RUNNING: dict[str, Callable[[Path, Path], None]] = {
    "hooks": with_hooks,
    "hooks in another folder": with_settings(core__hooksPath="hostile-hooks"),
    "fsmonitor": with_settings(core__fsmonitor="EVIL"),
    "filters": with_settings(
        filter__evil__clean="EVIL", filter__evil__smudge="EVIL", filter__evil__process="EVIL"
    ),
    "external diff": with_settings(
        diff__external="EVIL", diff__evil__command="EVIL", diff__evil__textconv="EVIL"
    ),
    "merge driver": with_settings(merge__evil__driver="EVIL"),
    "pager and editor": with_settings(
        core__pager="EVIL", core__editor="EVIL", sequence__editor="EVIL", pager__diff="EVIL"
    ),
    "transports": with_settings(
        core__sshCommand="EVIL",
        core__gitProxy="EVIL",
        core__askPass="EVIL",
        credential__helper="EVIL",
    ),
    "signing": with_settings(
        commit__gpgSign="true", gpg__program="EVIL", gpg__format="ssh", gpg__ssh__program="EVIL"
    ),
    "packing": with_settings(uploadpack__packObjectsHook="EVIL"),
    "aliases": with_settings(alias__ls_tree="!EVIL", alias__catfile="!EVIL"),
    "maintenance": with_settings(
        gc__auto="1", gc__recentObjectsHook="EVIL", maintenance__auto="true"
    ),
    "another work tree": with_settings(core__worktree="/"),
    "alternate references": with_settings(core__alternateRefsCommand="EVIL"),
}

ATTRIBUTES = b"* diff=evil merge=evil\nfiltered/* filter=evil\n"


@pytest.mark.parametrize("arrange", RUNNING.values(), ids=RUNNING)
@pytest.mark.parametrize("group", ["repository", "fixer"])
def test_nothing_of_a_repository_is_run(
    arrange: Callable[[Path, Path], None], group: str, migrate: Command, tmp_path: Path
) -> None:
    marker = tmp_path / "marker"
    evil = program(tmp_path / "evil" / "evil", marker)
    files: dict[str, Content] = {"Dockerfile": BEFORE, "a.txt": b"a", ".gitattributes": ATTRIBUTES}
    folder = repository(tmp_path / "repo", files)
    program(folder / "hostile-hooks" / "reference-transaction", marker)
    arrange(folder, evil)
    before = state(folder)
    done = migrate(folder, "--commit", "--group", group)
    assert (done.code, done.record["status"]) == (0, "changed"), done.err
    assert not marker.exists()
    assert show(folder, "dfix/migrate:Dockerfile") == AFTER
    assert state(folder) == before


def test_the_arrangement_would_run(tmp_path: Path) -> None:
    """The hooks above are real ones: git itself runs them."""
    marker = tmp_path / "marker"
    folder = repository(tmp_path / "repo", {"Dockerfile": BEFORE})
    with_hooks(folder, program(tmp_path / "evil", marker))
    git(folder, "update-ref", "refs/heads/other", "HEAD")
    assert marker.exists()


def test_nothing_of_the_users_own_configuration_is_run(
    migrate: Command, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    marker = tmp_path / "marker"
    evil = program(tmp_path / "evil", marker)
    hooks = tmp_path / "hooks"
    for name in HOOKS:
        program(hooks / name, marker)
    with Path(os.environ["GIT_CONFIG_GLOBAL"]).open("a") as config:
        config.write(
            f"[core]\n\tfsmonitor = {evil}\n\thooksPath = {hooks}\n\tsshCommand = {evil}\n"
        )
        config.write(f'[credential]\n\thelper = {evil}\n[filter "evil"]\n\tsmudge = {evil}\n')
        config.write(f"[diff]\n\texternal = {evil}\n[uploadpack]\n\tpackObjectsHook = {evil}\n")
    monkeypatch.setenv("GIT_EXTERNAL_DIFF", str(evil))
    monkeypatch.setenv("GIT_SSH_COMMAND", str(evil))
    monkeypatch.setenv("GIT_ASKPASS", str(evil))
    monkeypatch.setenv("GIT_PROXY_COMMAND", str(evil))
    monkeypatch.setenv("GIT_DIR", str(tmp_path / "elsewhere"))
    monkeypatch.setenv("GIT_INDEX_FILE", str(tmp_path / "index"))
    folder = repository(
        tmp_path / "repo", {"Dockerfile": BEFORE, ".gitattributes": b"* filter=evil\n"}
    )
    other = repository(tmp_path / "other", {"Dockerfile": BEFORE})
    done = migrate(folder, f"file://{other}", "--commit")
    assert done.code == 0, done.err
    assert [each["status"] for each in done.records] == ["unchanged", "changed"]
    assert not marker.exists()


def test_a_filtered_dockerfile_is_not_what_is_committed(migrate: Command, tmp_path: Path) -> None:
    files: dict[str, Content] = {
        "Dockerfile": BEFORE,
        "crypt/Dockerfile": BEFORE,
        ".gitattributes": b"/crypt/* filter=git-crypt\n",
    }
    done = migrate(repository(tmp_path / "repo", files))
    assert done.statuses == {"Dockerfile": "changed", "crypt/Dockerfile": "skipped"}
    assert "filter" in done.reasons["crypt/Dockerfile"]


ODD_PATHS = (
    "a\nb/Dockerfile",
    "\x1b[31mred/Dockerfile",
    'quo"te/Dockerfile',
    "back\\slash/Dockerfile",
    "-leading/Dockerfile",
    " blank /Dockerfile",
    "tab\there/Dockerfile",
    "\udcff\udcfe/Dockerfile",
    "Dockerfile.\N{GREEK SMALL LETTER ALPHA}",
    ":(glob)/Dockerfile",
    "*/Dockerfile",
    "$(touch x)/Dockerfile",
    "<script>alert(1)</script>/Dockerfile",
    "{{ 7 * 7 }}/Dockerfile",
)


@pytest.mark.parametrize("group", ["repository", "file", "fixer"])
def test_odd_paths_are_done_right(group: str, migrate: Command, tmp_path: Path) -> None:
    folder = repository(tmp_path / "repo", dict.fromkeys(ODD_PATHS, BEFORE), bare=True)
    done = migrate(folder, "--commit", "--group", group)
    assert done.code == 0, done.err
    assert set(done.statuses.values()) == {"changed"}
    for path in ODD_PATHS:
        oid = git(folder, "rev-parse", "--verify", f"dfix/migrate:{path}").decode().strip()
        assert git(folder, "cat-file", "blob", oid) == AFTER
    names = git(folder, "ls-tree", "-rz", "--name-only", "dfix/migrate").split(b"\0")[:-1]
    assert len(names) == len(ODD_PATHS)
    target = repository(tmp_path / "target", {"x": b""})
    commit(target, dict.fromkeys(ODD_PATHS, BEFORE))
    git(target, "reset", "-q", "--hard")
    git(target, "am", "-q", str(done.folder / "patches" / "repo.patch"))
    assert line(target, "rev-parse", "HEAD^{tree}") == line(
        folder, "rev-parse", "dfix/migrate^{tree}"
    )


FORBIDDEN = {
    "upwards": "../Dockerfile",
    "upwards within": "a/../../Dockerfile",
    "here": "./Dockerfile",
    "git's own": ".git/Dockerfile",
    "git's own, in capitals": "a/.GIT/Dockerfile",
    "git's own, short": "git~1/Dockerfile",
}


@pytest.mark.parametrize("path", FORBIDDEN.values(), ids=FORBIDDEN)
def test_a_path_that_git_would_not_check_out_is_passed_over(
    path: str, migrate: Command, tmp_path: Path
) -> None:
    files: dict[str, Content] = {path: BEFORE, "ok/Dockerfile": BEFORE}
    folder = repository(tmp_path / "repo", files, bare=True)
    done = migrate(folder)
    assert done.code == 0, done.err
    assert done.statuses["ok/Dockerfile"] == "changed"
    assert done.statuses.get(path, "skipped") == "skipped"
    assert not list(done.folder.glob("Dockerfile"))
    assert not list(done.folder.glob(".dfix-*"))


LEADING_OUT: dict[str, dict[str, Content]] = {
    "absolute": {"link": Link("/etc")},
    "relative": {"link": Link("../../../../../../../../etc")},
    "through another": {
        "a/b/up": Link("../.."),
        "a/link": Link("b/up/../../../../../../../../etc"),
    },
    "chain": {"link": Link("next"), "next": Link("/etc")},
    "loop": {"link": Link("link")},
    "long": {"link": Link("x/" * 2000)},
}


@pytest.mark.parametrize("links", LEADING_OUT.values(), ids=LEADING_OUT)
def test_a_link_out_of_the_tree_tells_nothing(
    links: dict[str, Content], migrate: Command, tmp_path: Path
) -> None:
    copies = b"".join(b"ADD %s/passwd /x/\n" % name.encode() for name in links)
    files: dict[str, Content] = {**links, "Dockerfile": b"FROM debian:12\nENV a b\n" + copies}
    done = migrate(
        repository(tmp_path / "repo", files, bare=True), "--select", "key-value-form,add-to-copy"
    )
    assert done.statuses == {"Dockerfile": "changed"}
    (record,) = done.record["files"]
    fixed = {each["fixer"] for each in record["findings"] if each["status"] == "fixed"}
    assert "+COPY" not in record["diff"]
    assert fixed == {"key-value-form"}


@pytest.mark.parametrize(
    "target", ["/etc/hostname", "../../../../etc/hostname", "missing", "Dockerfile"]
)
def test_a_dockerfile_that_is_a_link_out_is_passed_over(
    target: str, migrate: Command, tmp_path: Path
) -> None:
    folder = repository(tmp_path / "repo", {"Dockerfile": Link(target)}, bare=True)
    done = migrate(folder, "--commit")
    assert (done.code, done.record["status"]) == (0, "unchanged")
    assert set(done.statuses.values()) <= {"skipped"}


def test_a_dockerfile_behind_a_link_is_rewritten_where_it_is(
    migrate: Command, tmp_path: Path
) -> None:
    files: dict[str, Content] = {
        "Dockerfile": Link("docker/Dockerfile"),
        "docker/Dockerfile": BEFORE,
    }
    folder = repository(tmp_path / "repo", files)
    done = migrate(folder, "--commit")
    assert done.statuses == {"docker/Dockerfile": "changed"}
    assert show(folder, "dfix/migrate:docker/Dockerfile") == AFTER
    assert line(folder, "ls-tree", "dfix/migrate", "Dockerfile").startswith("120000 ")


def test_settings_that_are_a_link_out_are_not_read(migrate: Command, tmp_path: Path) -> None:
    secret = tmp_path / "secret.toml"
    secret.write_text("select = ['no-such-fixer']\n")
    files: dict[str, Content] = {"Dockerfile": BEFORE, "dfix.toml": Link(str(secret))}
    done = migrate(repository(tmp_path / "repo", files))
    assert done.statuses == {"Dockerfile": "changed"}


def test_submodules_are_left_alone(migrate: Command, tmp_path: Path) -> None:
    evil = program(tmp_path / "evil", tmp_path / "marker")
    files: dict[str, Content] = {
        "Dockerfile": b"FROM debian:12\nENV a b\nADD lib /lib/\n",
        "lib": Submodule(),
        "sub/Dockerfile": Submodule(),
        ".gitmodules": f'[submodule "x"]\n\tpath = lib\n\turl = ext::{evil}\n\tupdate = !{evil}\n'.encode(),
    }
    folder = repository(tmp_path / "repo", files, bare=True)
    git(folder, "config", "submodule.recurse", "true")
    done = migrate(folder, "--commit")
    assert done.statuses == {"Dockerfile": "changed", "sub/Dockerfile": "skipped"}
    assert done.reasons["sub/Dockerfile"] == "a submodule"
    assert b"ADD lib" in show(folder, "dfix/migrate:Dockerfile")
    assert line(folder, "rev-parse", "dfix/migrate:lib") == "1" * 40
    assert not (tmp_path / "marker").exists()


POINTER = b"version https://git-lfs.github.com/spec/v1\noid sha256:4d7a\nsize 12\n"


def test_what_git_lfs_keeps_elsewhere_is_unknown(migrate: Command, tmp_path: Path) -> None:
    files: dict[str, Content] = {
        "Dockerfile": b"FROM debian:12\nENV a b\nADD app.bin /app/\n",
        "app.bin": POINTER,
        "lfs/Dockerfile": POINTER,
    }
    done = migrate(repository(tmp_path / "repo", files))
    assert done.statuses == {"Dockerfile": "changed", "lfs/Dockerfile": "skipped"}
    assert done.reasons["lfs/Dockerfile"] == "a git-lfs pointer"
    assert "COPY" not in done.record["files"][0]["diff"]


def test_names_that_differ_in_case_are_different_files(migrate: Command, tmp_path: Path) -> None:
    files: dict[str, Content] = {
        "Dockerfile": BEFORE,
        "dockerfile": BEFORE + b"ENV c d\n",
        "DOCKERFILE": AFTER,
    }
    folder = repository(tmp_path / "repo", files, bare=True)
    done = migrate(folder, "--commit")
    assert done.statuses == {
        "Dockerfile": "changed",
        "dockerfile": "changed",
        "DOCKERFILE": "unchanged",
    }
    assert show(folder, "dfix/migrate:Dockerfile") == AFTER
    assert show(folder, "dfix/migrate:dockerfile") == AFTER + b"ENV c=d\n"


def test_the_modes_of_files_stay(migrate: Command, tmp_path: Path) -> None:
    folder = repository(
        tmp_path / "repo", {"Dockerfile": Program(BEFORE), "x": Program(b"#!/bin/sh\n")}
    )
    migrate(folder, "--commit")
    listed = git(folder, "ls-tree", "-r", "dfix/migrate").decode().splitlines()
    assert [each.split()[0] for each in listed] == ["100755", "100755"]


def test_a_repository_without_commits_is_skipped(migrate: Command, tmp_path: Path) -> None:
    git(tmp_path, "init", "-q", "empty")
    done = migrate(tmp_path / "empty", "--commit")
    assert (done.code, done.record["status"], done.record["reason"]) == (
        0,
        "skipped",
        "it has no commits",
    )


def test_a_commit_without_files_has_nothing_to_do(migrate: Command, tmp_path: Path) -> None:
    done = migrate(repository(tmp_path / "repo", {}, bare=True), "--commit")
    assert (done.code, done.record["status"]) == (0, "unchanged")


def test_a_shallow_repository_is_done(migrate: Command, tmp_path: Path) -> None:
    full = repository(tmp_path / "full", {"Dockerfile": b"FROM scratch\n"})
    first = line(full, "rev-parse", "HEAD")
    head = git(
        full,
        "commit-tree",
        "-p",
        first,
        "-m",
        "x",
        f"{commit(full, {'Dockerfile': BEFORE}, 'x')}^{{tree}}",
    )
    git(full, "update-ref", "refs/heads/main", head.decode().strip())
    git(tmp_path, "clone", "-q", "--depth=1", f"file://{full}", "shallow")
    assert (tmp_path / "shallow" / ".git" / "shallow").exists()
    done = migrate(tmp_path / "shallow", "--commit")
    assert (done.code, done.record["status"]) == (0, "changed"), done.err
    assert show(tmp_path / "shallow", "dfix/migrate:Dockerfile") == AFTER
    git(tmp_path / "shallow", "fsck", "--strict")


def test_a_detached_head_is_done(migrate: Command, tmp_path: Path) -> None:
    folder = repository(tmp_path / "repo", {"Dockerfile": BEFORE})
    git(folder, "checkout", "-q", "--detach")
    git(folder, "branch", "-q", "-D", "main")
    done = migrate(folder, "--commit")
    assert (done.code, done.record["status"], done.record["ref"]) == (0, "changed", None)
    assert show(folder, "dfix/migrate:Dockerfile") == AFTER


def test_a_head_that_names_no_branch_says_so(migrate: Command, tmp_path: Path) -> None:
    folder = repository(tmp_path / "repo", {"Dockerfile": BEFORE})
    git(folder, "symbolic-ref", "HEAD", "refs/heads/gone")
    done = migrate(folder)
    assert (done.code, done.record["status"]) == (1, "failed")
    assert "say which branch" in done.record["reason"]


def test_a_dirty_tree_stays_as_it_is(migrate: Command, tmp_path: Path) -> None:
    folder = repository(tmp_path / "repo", {"Dockerfile": BEFORE, "a": b"1"})
    (folder / "a").write_bytes(b"2")
    git(folder, "stash", "-q")
    (folder / "Dockerfile").write_bytes(b"FROM alpine:3\nENV x y\n")
    git(folder, "add", "Dockerfile")
    (folder / "Dockerfile").write_bytes(b"FROM alpine:3\nENV x y\nENV half do\n")
    (folder / "untracked.Dockerfile").write_bytes(BEFORE)
    before, stash = state(folder), line(folder, "stash", "list")
    done = migrate(folder, "--commit")
    assert done.statuses == {"Dockerfile": "changed"}
    assert show(folder, "dfix/migrate:Dockerfile") == AFTER
    assert state(folder) == before
    assert (line(folder, "stash", "list"), line(folder, "symbolic-ref", "HEAD")) == (
        stash,
        "refs/heads/main",
    )


def remove_object(folder: Path, revision: str) -> None:
    oid = line(folder, "rev-parse", "--verify", revision)
    (folder / ".git" / "objects" / oid[:2] / oid[2:]).unlink()


@pytest.mark.parametrize("revision", ["HEAD", "HEAD^{tree}", "HEAD:docker"])
def test_a_missing_commit_or_folder_fails_with_the_reason(
    revision: str, migrate: Command, tmp_path: Path
) -> None:
    folder = repository(tmp_path / "repo", {"Dockerfile": BEFORE, "docker/Dockerfile": BEFORE})
    remove_object(folder, revision)
    done = migrate(folder, "--commit")
    assert (done.code, done.record["status"]) == (1, "failed")
    assert done.record["reason"]
    assert "repo: failed: " in done.err
    assert "Traceback" not in done.err


def test_a_missing_file_is_left_out(migrate: Command, tmp_path: Path) -> None:
    files: dict[str, Content] = {
        "Dockerfile": b"FROM debian:12\nENV a b\nADD app.tar /app/\n",
        "app.tar": b"no archive",
        "gone/Dockerfile": BEFORE + b"# gone\n",
    }
    folder = repository(tmp_path / "repo", files)
    remove_object(folder, "HEAD:gone/Dockerfile")
    remove_object(folder, "HEAD:app.tar")
    done = migrate(folder, "--commit")
    assert done.statuses == {"Dockerfile": "changed", "gone/Dockerfile": "skipped"}
    assert done.reasons["gone/Dockerfile"] == "its object is missing"
    assert b"ADD app.tar" in show(folder, "dfix/migrate:Dockerfile")


def test_what_a_partial_clone_lacks_is_not_fetched(migrate: Command, tmp_path: Path) -> None:
    marker = tmp_path / "marker"
    full = repository(tmp_path / "full", {"Dockerfile": BEFORE, "big": b"x" * 3000})
    git(full, "config", "uploadpack.allowFilter", "true")
    git(tmp_path, "clone", "-q", "--no-checkout", "--filter=blob:none", f"file://{full}", "partial")
    git(
        tmp_path / "partial",
        "config",
        "remote.origin.url",
        f"ext::{program(tmp_path / 'evil', marker)}",
    )
    done = migrate(tmp_path / "partial")
    assert not marker.exists()
    assert done.reasons == {"Dockerfile": "its object is missing"}


def test_a_damaged_pack_fails_with_the_reason(migrate: Command, tmp_path: Path) -> None:
    folder = repository(tmp_path / "repo", {"Dockerfile": BEFORE})
    git(folder, "repack", "-qad")
    (pack,) = (folder / ".git" / "objects" / "pack").glob("*.pack")
    pack.chmod(0o644)
    data = bytearray(pack.read_bytes())
    data[20:-20] = bytes(len(data) - 40)
    pack.write_bytes(data)
    done = migrate(folder)
    assert (done.code, done.record["status"]) == (1, "failed")
    assert done.record["reason"]


def test_a_gitfile_that_leads_out_must_be_named(migrate: Command, tmp_path: Path) -> None:
    private = repository(tmp_path / "private", {"Dockerfile": BEFORE})
    planted = tmp_path / "repos" / "planted"
    planted.mkdir(parents=True)
    (planted / ".git").write_text(f"gitdir: {private}/.git\n")
    done = migrate(tmp_path / "repos", "--commit")
    assert (done.code, done.record["status"]) == (1, "failed")
    assert "leads out of the folder" in done.record["reason"]
    assert not git(private, "for-each-ref", "refs/heads/dfix")
    (tmp_path / "repos" / "linked").mkdir()
    (tmp_path / "repos" / "linked" / ".git").symlink_to(private / ".git")
    done = migrate(tmp_path / "repos", "--commit", out="again")
    assert [each["status"] for each in done.records] == ["failed", "failed"]


@pytest.mark.parametrize("text", ["", "gitdir: /nowhere\n", "rubbish", "gitdir: " + "x" * 5000])
def test_a_gitfile_that_is_none_fails_with_the_reason(
    text: str, migrate: Command, tmp_path: Path
) -> None:
    (tmp_path / "repo").mkdir()
    (tmp_path / "repo" / ".git").write_text(text)
    done = migrate(tmp_path / "repo")
    assert (done.code, done.record["status"]) == (1, "failed")


def test_a_linked_work_tree_is_a_repository(migrate: Command, tmp_path: Path) -> None:
    main = repository(tmp_path / "main", {"Dockerfile": BEFORE})
    git(main, "worktree", "add", "-q", "-b", "side", str(tmp_path / "side"))
    done = migrate(tmp_path / "side", "--commit")
    assert (done.record["status"], done.record["ref"]) == ("changed", "side")
    assert show(main, "dfix/migrate:Dockerfile") == AFTER


def test_a_repository_of_the_newer_hash_is_done(migrate: Command, tmp_path: Path) -> None:
    git(tmp_path, "init", "-q", "--object-format=sha256", "repo")
    folder = tmp_path / "repo"
    (folder / "Dockerfile").write_bytes(BEFORE)
    git(folder, "add", ".")
    git(folder, "commit", "-qm", "x")
    done = migrate(folder, "--commit")
    assert (done.record["status"], len(done.record["base"])) == ("changed", 64)
    assert show(folder, "dfix/migrate:Dockerfile") == AFTER


def test_another_users_repository_is_done(migrate: Command, tmp_path: Path) -> None:
    if os.geteuid() != 0:
        pytest.skip("only root may give a folder away")
    folder = repository(tmp_path / "repo", {"Dockerfile": BEFORE})
    for path in (folder, *folder.rglob("*")):
        os.chown(path, 12345, 12345)
    done = migrate(folder, "--commit")
    assert (done.code, done.record["status"]) == (0, "changed"), done.err


def test_replaced_objects_are_not_what_is_committed(migrate: Command, tmp_path: Path) -> None:
    folder = repository(tmp_path / "repo", {"Dockerfile": BEFORE})
    other = commit(folder, {"Dockerfile": b"FROM evil\nENV x y\n"}, "other")
    git(
        folder,
        "replace",
        line(folder, "rev-parse", "HEAD:Dockerfile"),
        line(folder, "rev-parse", f"{other}:Dockerfile"),
    )
    done = migrate(folder, "--commit")
    assert done.record["status"] == "changed"
    oid = line(folder, "rev-parse", "dfix/migrate:Dockerfile")
    assert git(folder, "cat-file", "blob", oid) == AFTER


def test_bad_files_do_not_stop_the_others(migrate: Command, tmp_path: Path) -> None:
    files: dict[str, Content] = {
        "Dockerfile": BEFORE,
        "bad/Dockerfile": b"FROM debian:12\nFOO bar\n",
        "big/Dockerfile": b"# " + b"x" * (5 * 1024 * 1024) + b"\n",
        "binary/Dockerfile": bytes(range(256)),
        "empty/Dockerfile": b"",
        "template/Dockerfile.j2": b"FROM {{ x }}\n",
    }
    done = migrate(repository(tmp_path / "repo", files, bare=True))
    assert done.code == 0
    assert done.record["status"] == "changed"
    assert done.statuses["Dockerfile"] == "changed"
    assert [done.statuses[f"{name}/Dockerfile"] for name in ("bad", "big", "binary")] == [
        "failed"
    ] * 3
    assert done.reasons["bad/Dockerfile"].startswith("line 2: ")
    assert "larger than 4 MiB" in done.reasons["big/Dockerfile"]
    assert done.statuses["empty/Dockerfile"] == "unchanged"
    assert done.statuses["template/Dockerfile.j2"] == "skipped"


def test_the_settings_of_a_repository_are_its_own_alone(migrate: Command, tmp_path: Path) -> None:
    (tmp_path / "dfix.toml").write_text('ignore = ["key-value-form"]\n')
    (tmp_path / "campaigns").mkdir()
    (tmp_path / "campaigns" / ".hadolint.yaml").write_text("ignored: [key-value-form]\n")
    plain = repository(tmp_path / "a", {"Dockerfile": BEFORE})
    own: dict[str, Content] = {"Dockerfile": BEFORE, "dfix.toml": b'ignore = ["key-value-form"]\n'}
    done = migrate(plain, repository(tmp_path / "b", own))
    assert [each["status"] for each in done.records] == ["changed", "unchanged"]


SETTINGS = {
    "malformed": (b"level = \n", "dfix.toml:1:"),
    "unknown": (b'level = "bold"\n', "level must be one of"),
    "a context outside": (b'context = "../../../../etc"\n', "outside of the tree"),
    "an absolute context": (b'context = "/etc"\n', "outside of the tree"),
}


@pytest.mark.parametrize(("settings", "told"), SETTINGS.values(), ids=SETTINGS)
def test_settings_that_cannot_be_followed_are_told(
    settings: bytes, told: str, migrate: Command, tmp_path: Path
) -> None:
    done = migrate(repository(tmp_path / "repo", {"Dockerfile": BEFORE, "dfix.toml": settings}))
    assert done.statuses == {"Dockerfile": "failed"}
    assert told in done.reasons["Dockerfile"]
    assert str(tmp_path) not in done.reasons["Dockerfile"]


def test_what_is_committed_counts_also_where_it_is_ignored(
    migrate: Command, tmp_path: Path
) -> None:
    files: dict[str, Content] = {
        ".gitignore": b"*\n",
        "Dockerfile": BEFORE,
        "compose.yaml": b"services: {x: {build: {context: ., dockerfile: image.txt}}}\n",
        "image.txt": BEFORE,
        "vendor/Dockerfile": BEFORE,
    }
    done = migrate(repository(tmp_path / "repo", files, bare=True))
    assert done.statuses == {"Dockerfile": "changed", "image.txt": "changed"}


def test_a_campaign_within_another_repository_sees_only_its_own(
    migrate: Command, tmp_path: Path
) -> None:
    repository(tmp_path, {"Dockerfile": BEFORE, ".gitignore": b"*\n"})
    other = repository(tmp_path / "repos" / "other", {"x/Dockerfile": BEFORE})
    done = migrate(other)
    assert done.statuses == {"x/Dockerfile": "changed"}


def test_a_hundred_thousand_files_are_done(
    migrate: Command, monkeypatch: pytest.MonkeyPatch
) -> None:
    shared = Path("/dev/shm")  # where it is, memory: a hundred thousand files take a disk a minute
    with tempfile.TemporaryDirectory(dir=shared if shared.is_dir() else None) as temporary:
        git(Path(temporary), "init", "-q", "--bare", "repo")
        folder = Path(temporary) / "repo"
        stream = [b"blob\nmark :1\ndata 2\nx\n\n"]
        stream += [b"commit refs/heads/main\ncommitter A <a@b.c> 1 +0000\ndata 1\nx\n"]
        stream += [b"M 100644 :1 %03d/%03d\n" % divmod(at, 1000) for at in range(100_000)]
        stream += [b"M 100644 inline Dockerfile\ndata %d\n%s\n" % (len(BEFORE), BEFORE)]
        git(folder, "fast-import", "--quiet", data=b"".join(stream))
        done = Command(Path(temporary) / "campaigns", migrate.capture)(folder, "--commit")
        assert (done.code, done.statuses) == (0, {"Dockerfile": "changed"})
        listed = git(folder, "ls-tree", "-r", "--name-only", "dfix/migrate").splitlines()
        assert len(listed) == 100_001
        assert not list(done.folder.glob(".dfix-*"))


def test_files_are_laid_out_with_the_modes_that_git_keeps(tmp_path: Path) -> None:
    from dfix.git import Git
    from dfix.migrate.snapshot import lay_out

    files: dict[str, Content] = {"Dockerfile": BEFORE, "run.sh": Program(b"#!/bin/sh\n")}
    folder = repository(tmp_path / "repo", files)
    old = os.umask(0o077)
    try:
        lay_out(Git.of_repository(folder / ".git"), "HEAD", tmp_path / "tree")
    finally:
        os.umask(old)
    modes = {path.name: stat.S_IMODE(path.stat().st_mode) for path in (tmp_path / "tree").iterdir()}
    assert (modes["Dockerfile"], modes["run.sh"]) == (0o644, 0o755)
