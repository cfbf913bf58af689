"""Logins as Docker keeps them: in its file, and with programs."""

import base64
import json
import os
import time
from pathlib import Path
from typing import Any

import pytest

from dfix.resolve.credentials import Credentials, Login
from dfix.resolve.failures import RegistryError
from dfix.resolve.signature import Keyring

HUB = "https://index.docker.io/v1/"
SECRET = "s3cret:with:colons"


def packed(text: str) -> str:
    return base64.b64encode(text.encode()).decode()


@pytest.fixture
def programs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder on the PATH, in front of the others."""
    folder = tmp_path / "programs"
    folder.mkdir()
    monkeypatch.setenv("PATH", f"{folder}{os.pathsep}{os.environ['PATH']}")
    return folder


def helper(folder: Path, body: str, name: str = "docker-credential-test") -> Path:
    path = folder / name
    path.write_text(f"#!/bin/sh\n{body}\n", "utf-8")
    path.chmod(0o755)
    return path


def answering(username: str, secret: str) -> str:
    """A helper that tells for whom it was asked, and how it was called."""
    answer = json.dumps({"ServerURL": "x", "Username": username, "Secret": secret})
    return f"""read -r name; echo "$0 $* $name $PWD" >> "$0.calls"; printf %s '{answer}'"""


def configured(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, value: object) -> Path:
    folder = tmp_path / "docker"
    folder.mkdir()
    monkeypatch.setenv("DOCKER_CONFIG", str(folder))
    text = value if isinstance(value, str) else json.dumps(value)
    (folder / "config.json").write_text(text, "utf-8")
    return folder / "config.json"


@pytest.mark.parametrize(
    ("auths", "name", "login"),
    [
        ({"a.example": {"auth": packed(f"me:{SECRET}")}}, "a.example", Login("me", SECRET)),
        ({"https://a.example/v1/": {"auth": packed("me:x")}}, "a.example", Login("me", "x")),
        ({"http://a.example:5000": {"auth": packed("me:x")}}, "a.example:5000", Login("me", "x")),
        ({"a.example": {"username": "me", "password": "x"}}, "a.example", Login("me", "x")),
        ({"a.example": {"auth": packed("me:x\0\0")}}, "a.example", Login("me", "x")),
        ({HUB: {"auth": packed("me:x")}}, HUB, Login("me", "x")),
        ({"docker.io": {"auth": packed("me:x")}}, HUB, Login("me", "x")),
        ({"index.docker.io": {"auth": packed("me:x")}}, HUB, Login("me", "x")),
        (
            {"a.example": {"auth": packed("me:"), "identitytoken": "t"}},
            "a.example",
            Login("me", "", identity_token="t"),
        ),
        ({"a.example": {"registrytoken": "t"}}, "a.example", Login(registry_token="t")),
        ({"a.example": {}}, "a.example", None),
        ({"a.example": {"auth": ""}}, "a.example", None),
        ({"a.example": "me:x"}, "a.example", None),
        ({"a.example": {"auth": packed("me:x")}}, "a.example:5000", None),
        ({"a.example": {"auth": packed("me:x")}}, "b.a.example", None),
        ({"a.example": {"auth": packed("me:x")}}, "example", None),
        ([], "a.example", None),
    ],
)
def test_logins_of_the_file(auths: Any, name: str, login: Login | None) -> None:
    credentials = Credentials({"auths": auths})
    assert credentials.login(name) == login
    assert credentials.problems == []


@pytest.mark.parametrize("auth", ["!!!", packed("no colon"), base64.b64encode(b"\xff:x").decode()])
def test_a_login_that_cannot_be_read(auth: str) -> None:
    credentials = Credentials({"auths": {"a.example": {"auth": auth}}})
    assert credentials.login("a.example") is None
    assert credentials.problems == ["Docker's config.json has no usable login for a.example"]


def test_the_file_is_where_docker_keeps_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    value = {"auths": {"a.example": {"auth": packed("me:x")}}}
    path = configured(tmp_path, monkeypatch, value)
    assert Credentials.load().login("a.example") == Login("me", "x")
    path.parent.rename(tmp_path / ".docker")
    monkeypatch.delenv("DOCKER_CONFIG")
    monkeypatch.setenv("HOME", str(tmp_path))
    assert Credentials.load().login("a.example") == Login("me", "x")
    monkeypatch.setenv("HOME", str(tmp_path / "elsewhere"))
    assert Credentials.load().login("a.example") is None


@pytest.mark.parametrize(
    ("text", "told"),
    [
        (f'{{"auths": {SECRET}', "Docker's config.json is not JSON"),
        ("[" * 100_000, "Docker's config.json is not JSON"),
        (f'["{SECRET}"]', "Docker's config.json is not a JSON object"),
    ],
    ids=["broken", "deep", "list"],
)
def test_a_file_that_is_none(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, text: str, told: str
) -> None:
    configured(tmp_path, monkeypatch, text)
    with pytest.raises(RegistryError) as caught:
        Credentials.load()
    assert str(caught.value) == told


def test_a_file_that_cannot_be_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DOCKER_CONFIG", str(tmp_path))
    os.mkfifo(tmp_path / "config.json")
    with pytest.raises(RegistryError, match=r"^Docker's config.json cannot be read: not a regular"):
        Credentials.load()


@pytest.mark.parametrize(
    "configuration",
    [
        {"credHelpers": {"a.example": "test"}},
        {"credsStore": "test"},
        {"credsStore": "other", "credHelpers": {"a.example": "test"}},
        {"credsStore": "test", "auths": {"a.example": {"auth": packed("file:x")}}},
    ],
)
def test_a_helper(programs: Path, configuration: dict[str, Any]) -> None:
    path = helper(programs, answering("me", SECRET))
    credentials = Credentials(configuration)
    for _ in range(2):
        assert credentials.login("a.example") == Login("me", SECRET)
    calls = Path(f"{path}.calls").read_text("utf-8").splitlines()
    assert calls == [f"{path} get a.example {programs}"]


def test_a_helper_for_the_hub(programs: Path) -> None:
    path = helper(programs, answering("me", SECRET))
    assert Credentials({"credsStore": "test"}).login(HUB) == Login("me", SECRET)
    assert f" get {HUB} " in Path(f"{path}.calls").read_text("utf-8")


def test_a_helper_with_an_identity_token(programs: Path) -> None:
    helper(programs, answering("<token>", SECRET))
    login = Credentials({"credsStore": "test"}).login("a.example")
    assert login == Login(identity_token=SECRET)


def test_a_helper_runs_only_for_what_is_asked(programs: Path) -> None:
    path = helper(programs, answering("me", SECRET))
    credentials = Credentials({"credHelpers": {"a.example": "test"}})
    assert credentials.login("b.example") is None
    assert not Path(f"{path}.calls").exists()


def test_a_helper_that_knows_none_leaves_it_to_the_file(programs: Path) -> None:
    helper(programs, "echo credentials not found in native keychain; exit 1")
    value = {"credsStore": "test", "auths": {"a.example": {"auth": packed("me:x")}}}
    credentials = Credentials(value)
    assert credentials.login("a.example") == Login("me", "x")
    assert credentials.login("b.example") is None
    assert credentials.problems == []


@pytest.mark.parametrize(
    ("body", "told"),
    [
        pytest.param(
            f"echo {SECRET}; echo {SECRET} >&2; exit 3", "failed with status 3", id="fails"
        ),
        pytest.param(f"echo {SECRET}", "gave no login that can be read", id="not JSON"),
        pytest.param('echo "[]"', "gave no login that can be read", id="a list"),
        pytest.param(
            """echo '{"Username": 1, "Secret": 2}'""",
            "gave no login that can be read",
            id="numbers",
        ),
        pytest.param("exec yes", "printed more than a login", id="endless"),
        pytest.param("exec sleep 60", "did not answer within 0.5 s", id="late"),
        pytest.param(
            "sleep 60 & exec sleep 60", "did not answer within 0.5 s", id="late with child"
        ),
    ],
)
def test_a_helper_that_fails(programs: Path, body: str, told: str) -> None:
    helper(programs, body)
    credentials = Credentials({"credsStore": "test"}, timeout=0.5)
    begin = time.monotonic()
    assert credentials.login("a.example") is None
    assert time.monotonic() - begin < 10
    assert credentials.problems == [f"docker-credential-test {told}"]


@pytest.mark.parametrize("name", ["../evil", "a/b", "a b", "x;id", "$(id)", "é", "a\n", 5, ["a"]])
def test_a_helper_that_cannot_be_one(programs: Path, name: object) -> None:
    credentials = Credentials({"credsStore": name})
    assert credentials.login("a.example") is None
    told = "Docker's config.json names a helper that cannot be a program's name"
    assert credentials.problems == [told]


def test_a_helper_that_is_not_there(programs: Path) -> None:
    credentials = Credentials({"credsStore": "test"})
    assert credentials.login("a.example") is None
    assert credentials.problems == ["docker-credential-test is not on the PATH"]


def test_a_helper_of_the_present_folder_is_not_run(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = helper(tmp_path, answering("me", SECRET))
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("PATH", f".{os.pathsep}{os.pathsep}{os.environ['PATH']}")
    credentials = Credentials({"credsStore": "test"})
    assert credentials.login("a.example") is None
    assert credentials.problems == ["docker-credential-test is not on the PATH"]
    assert not Path(f"{path}.calls").exists()


@pytest.mark.parametrize("linked", [False, True], ids=["there", "linked there"])
def test_a_helper_of_the_tree_is_not_run(programs: Path, tmp_path: Path, linked: bool) -> None:
    tree = tmp_path / "tree"
    (tree / "bin").mkdir(parents=True)
    if linked:
        path = helper(tree / "bin", answering("me", SECRET))
        (programs / path.name).symlink_to(path)
        trees = [tree]
    else:
        path = helper(programs, answering("me", SECRET))
        trees = [programs.parent]
    credentials = Credentials({"credsStore": "test"}, trees=trees)
    assert credentials.login("a.example") is None
    told = "docker-credential-test lies in the tree that is rewritten, and is not run"
    assert credentials.problems == [told]
    assert not Path(f"{path}.calls").exists()


def test_what_is_secret_is_not_shown() -> None:
    login = Login("me", SECRET, "identity", "registry")
    credentials = Credentials({"auths": {"a.example": {"auth": packed(f"me:{SECRET}")}}})
    credentials.login("a.example")
    shown = repr(login) + str(login) + repr(credentials) + str(credentials)
    for secret in login.secrets:
        assert secret not in shown
    assert login.secrets == (SECRET, "identity", "registry", packed(f"me:{SECRET}"))


def test_a_tree_that_is_a_link_in_a_circle_is_no_fault_of_the_logins(tmp_path: Path) -> None:
    (tmp_path / "circle").symlink_to("circle")
    trees = [tmp_path / "circle"]
    assert Credentials({}, trees=trees).login("docker.io") is None
    Keyring(trees=trees)
