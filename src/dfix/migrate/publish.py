"""Brings commits to where people review them: a branch, a remote, a pull request.

A branch is only ever made, never moved: where one of that name is, this stops and says so, unless it
holds these very commits already, as after a run that was cut off.
"""

import json
import os
import subprocess
from dataclasses import dataclass
from pathlib import Path

from dfix.git import MOST, Git, GitError, told, tool, without_credentials
from dfix.migrate.commits import HEAD
from dfix.migrate.premises import Unusable, require_own, served_directory
from dfix.migrate.repository import Repository
from dfix.migrate.sources import Source, SourceError, require_known
from dfix.migrate.transport import Transport, is_address, is_here, receiving, uploading
from dfix.talk import Talk


class Refused(Unusable):
    """Something is in the way that must not be overwritten; says what, and the way out."""


@dataclass(frozen=True, slots=True)
class Remote:
    """Where branches are pushed."""

    name: str
    """As the call had it."""
    address: str


def make_branch(repository: Repository, branch: str, head: str) -> None:
    """Makes the branch `branch` at `head` in the repository on this machine that was looked at.

    One transaction asserts that what was looked at has not moved, and that there is no such branch.
    The work tree, the index and HEAD stay as they are. Raises `Refused` and `GitError`.
    """
    origin = repository.origin
    if origin is None:
        raise GitError("only a repository on this machine gets a branch")
    name = f"refs/heads/{branch}"
    at = origin.line("rev-parse", "--verify", "--quiet", name)
    if at == head:
        return
    if at is not None:
        raise Refused(
            f"it has a branch {branch} already: choose another --branch, or delete that one"
        )
    if origin.line("symbolic-ref", "--quiet", "HEAD") == name:
        raise Refused(f"{branch} is checked out, without a commit: choose another --branch")
    _require_room(origin, branch)
    require_own(origin, branch)
    commits = f"^{repository.base}\n{head}\n".encode("ascii")
    packed = repository.git.run("pack-objects", "--revs", "--stdout", "--quiet", data=commits)
    origin.run("unpack-objects", "-q", data=packed)
    asserted = ""
    if repository.ref is not None:
        asserted = f"verify {repository.ref} {_object_of(origin, repository)}\n"
    wanted = f"start\n{asserted}create {name} {head}\nprepare\ncommit\n"
    try:
        origin.run("update-ref", "--stdin", data=os.fsencode(wanted))
    except GitError as error:
        if origin.line("rev-parse", "--verify", "--quiet", name) == head:
            return  # What a run that was killed left behind was at the same.
        _require_unmoved(origin, repository)
        raise Refused(f"the branch {branch} cannot be made: {error}") from error


def _object_of(origin: Git, repository: Repository) -> str:
    """The object that the ref has to name still: its commit, or the tag that leads to it."""
    _require_unmoved(origin, repository)
    return origin.line("rev-parse", "--verify", "--quiet", str(repository.ref)) or repository.base


def _require_unmoved(origin: Git, repository: Repository) -> None:
    now = origin.line("rev-parse", "--verify", "--quiet", f"{repository.ref}^{{commit}}")
    if repository.ref is not None and now != repository.base:
        raise moved(repository.ref)


def moved(ref: str) -> Refused:
    """The refusal to build on a commit that has been left behind."""
    short = ref.removeprefix("refs/heads/")
    return Refused(
        f"{short} has moved since it was looked at: begin a new campaign with another --out"
    )


def _require_room(origin: Git, branch: str) -> None:
    """Raises `Refused` where a branch `a` keeps `a/b` from being made, or the other way round."""
    parts = branch.split("/")
    for end_at in range(1, len(parts)):
        above = "/".join(parts[:end_at])
        if origin.ask("show-ref", "--verify", "--quiet", f"refs/heads/{above}") is not None:
            raise Refused(
                f"its branch {above} leaves no room for {branch}: choose another --branch"
            )
    if origin.run("for-each-ref", "--count=1", "--format=%(refname)", f"refs/heads/{branch}/"):
        raise Refused(f"its branches below {branch}/ leave no room for it: choose another --branch")


def remote_of(repository: Repository, source: Source, name: str) -> Remote:
    """The remote that is called `name`, or that is an address or a path itself. Raises `Unusable`."""
    if is_address(name):
        return Remote(without_credentials(name), _known(name, Path()))
    if source.is_address and name == "origin":
        return Remote(name, source.location)
    if repository.origin is not None:
        for key in (f"remote.{name}.pushurl", f"remote.{name}.url"):
            address = repository.origin.line("config", "--local", "--get", key)
            if address is not None:
                return Remote(name, _known(address, Path(source.location)))
    raise Refused(f"it has no remote {name}: add one, or give an address to --push")


def _known(address: str, base: Path) -> str:
    """The address that a repository's configuration names, which may be hostile. Raises `Refused`."""
    if is_address(address):
        try:
            require_known(address)
        except SourceError as error:
            raise Refused(str(error)) from error
        return address
    return str(base / address)


def push_branch(
    repository: Repository, remote: Remote, branch: str, head: str, transport: Transport
) -> None:
    """Pushes `head` as a new branch, and nothing else. Raises `Refused` and `GitError`.

    What the branch builds on must not have moved on the remote, and the remote must have no such branch:
    it is asked before, and the push itself is on the condition that there is none.
    """
    name = f"refs/heads/{branch}"
    git = transport.reach(repository.git)
    refs = _refs(git, remote)
    if refs.get(name) == head:
        return
    if name in refs:
        raise Refused(
            f"{remote.name} has a branch {branch} already: choose another --branch, or delete that one"
        )
    there = refs.get(repository.ref or "")
    if repository.branch is not None and there not in (None, repository.base):
        raise Refused(
            f"{repository.branch} of {remote.name} is not what was looked at: "
            "fetch it, and begin a new campaign with another --out"
        )
    address = remote.address
    if is_here(address):
        directory = served_directory(address)
        require_own(Git.of_repository(directory), branch)
        address = str(directory)
    try:
        git.run(
            "push", "--quiet", "--no-verify", "--no-follow-tags", "--no-signed", *receiving(address),
            # Not to force anything: an empty expectation is that there is no such branch.
            f"--force-with-lease={name}:", "--", address, f"{HEAD}:{name}",
        )  # fmt: skip
    except GitError:
        # What a run that was killed left behind may have been at the same.
        if _refs(git, remote).get(name) != head:
            raise


def _refs(git: Git, remote: Remote) -> dict[str, str]:
    """The branches and tags of a remote, by their full names."""
    listed = git.run("ls-remote", *uploading(remote.address), "--", remote.address)
    return dict(line.split("\t")[::-1] for line in os.fsdecode(listed).split("\n") if "\t" in line)


@dataclass(frozen=True, slots=True)
class PullRequest:
    """What a pull request is opened with."""

    title: str
    text: Path
    branch: str
    onto: str | None


def open_pull_request(remote: Remote, request: PullRequest, *, timeout: float) -> str:
    """Opens a pull request with `gh`, or with `glab` where the remote is a GitLab; its address.

    One that is open for the branch already counts. Raises `Refused` where neither tool is there, and
    `GitError` where it fails.
    """
    gitlab = "gitlab" in remote.address.lower()
    program = tool("glab" if gitlab else "gh")
    if program is None:
        needed = (
            "glab (https://gitlab.com/gitlab-org/cli)" if gitlab else "gh (https://cli.github.com)"
        )
        raise Refused(f"--open-pr needs {needed}: install it, or leave --open-pr out")
    if gitlab:
        known = ["mr", "list", "--source-branch", request.branch, "--output", "json"]
        wanted = [
            "mr",
            "create",
            "--source-branch",
            request.branch,
            "--title",
            request.title,
            "--yes",
        ]
        wanted += ["--description", request.text.read_text("utf-8")]
        wanted += ["--target-branch", request.onto] if request.onto else []
    else:
        known = ["pr", "list", "--head", request.branch, "--json", "url"]
        wanted = ["pr", "create", "--head", request.branch, "--title", request.title]
        wanted += ["--body-file", str(request.text)]
        wanted += ["--base", request.onto] if request.onto else []
    where = ["--repo", without_credentials(remote.address)]
    listed = _asked(program, [*known, *where], request.text.parent, timeout)
    found = _listed_address(listed, "web_url" if gitlab else "url")
    if found is not None:
        return found
    printed = _asked(program, [*wanted, *where], request.text.parent, timeout)
    return next((each for each in printed.split() if each.startswith("https://")), "")


def _listed_address(listed: str, key: str) -> str | None:
    """The address of the first request in a list; None where there is none."""
    try:
        requests = json.loads(listed or "[]")
        return str(requests[0][key]) if requests else None
    except (ValueError, KeyError, TypeError, IndexError) as error:
        raise GitError(f"the list of open requests cannot be read: {error}") from error


def _asked(program: str, arguments: list[str], folder: Path, timeout: float) -> str:
    """What a forge's tool prints, run where no repository is."""
    own = {name: value for name, value in os.environ.items() if not name.startswith("GIT_")}
    name = Path(program).name
    try:
        process = subprocess.Popen(
            [program, *arguments],
            cwd=folder,
            env={**own, "GH_PROMPT_DISABLED": "1", "NO_PROMPT": "1", "GIT_TERMINAL_PROMPT": "0"},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            start_new_session=True,
        )
    except OSError as error:
        raise GitError(f"{name}: {error.strerror or error}") from error
    talk = Talk(process, b"", MOST)
    talk.run(timeout)
    if talk.late:
        raise GitError(f"{name} took over {timeout:g} s")
    if talk.long:
        raise GitError(f"{name} printed over {MOST // 1024**2} MiB")
    if process.returncode != 0:
        raise GitError(f"{name} {arguments[1]}: {told(talk.err)}")
    return talk.out.decode("utf-8", "replace")
