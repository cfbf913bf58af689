"""Logins of registries, from where Docker keeps them.

That is `config.json` in the folder that `DOCKER_CONFIG` names, else in `~/.docker`: logins in the
file itself (`auths`), and programs that keep them (`credHelpers` for a registry each, `credsStore`
for all). https://docs.docker.com/reference/cli/docker/login/ describes both, and
https://github.com/docker/docker-credential-helpers what is said to such a program.

A program is looked for in the absolute folders of the PATH alone, runs in its own folder, and is
never one that lies in a tree which is being rewritten: what a repository holds is not executed.
"""

import base64
import binascii
import json
import os
import re
import subprocess
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from dfix.git import tool
from dfix.patterns import regex
from dfix.regularfile import read_regular
from dfix.resolve.failures import RegistryError
from dfix.talk import Talk, end

_LARGEST = 4 * 1024 * 1024  # bytes of the file
_LONGEST_ANSWER = 256 * 1024  # bytes
_PATIENCE = 30.0  # seconds; a helper may ask its own server
_HELPER = regex(r"[A-Za-z0-9_-]+")
#: What a helper calls the user whose secret is an identity token.
_TOKEN_USER = "<token>"
_ABSENT = b"credentials not found"


@dataclass(frozen=True, slots=True)
class Login:
    """A user with a password, or a token: for the token server, or for the registry itself."""

    username: str = ""
    password: str = field(default="", repr=False)
    identity_token: str = field(default="", repr=False)
    registry_token: str = field(default="", repr=False)

    @property
    def basic(self) -> str | None:
        """User and password in the form of HTTP's basic scheme; None where there are none."""
        if not self.username or not self.password:
            return None
        return base64.b64encode(f"{self.username}:{self.password}".encode()).decode("ascii")

    @property
    def secrets(self) -> tuple[str, ...]:
        """What must be shown to nobody."""
        every = (self.password, self.identity_token, self.registry_token, self.basic or "")
        return tuple(each for each in every if each)


class Credentials:
    """Answers which login a registry is given. Helpers run when their registry is asked about."""

    def __init__(
        self,
        configuration: Mapping[str, Any],
        *,
        trees: Sequence[Path] = (),
        timeout: float = _PATIENCE,
    ) -> None:
        self.problems: list[str] = []
        """Logins that could not be had, a line for each; their registries are asked without one."""
        self._auths = _table(configuration, "auths")
        self._helpers = _table(configuration, "credHelpers")
        self._store = configuration.get("credsStore")
        self._trees = [Path(os.path.realpath(each)) for each in trees]
        self._timeout = timeout
        self._known: dict[str, Login | None] = {}

    @classmethod
    def load(cls, *, trees: Sequence[Path] = (), timeout: float = _PATIENCE) -> "Credentials":
        """The user's, as Docker finds them; none where there is no such file.

        No helper that lies in one of `trees` is run. Raises RegistryError for a file that cannot be
        read or is not such a configuration.
        """
        named = os.environ.get("DOCKER_CONFIG")
        try:
            path = Path(named) if named else Path.home() / ".docker"
            data = read_regular(path / "config.json", limit=_LARGEST)
            configuration = json.loads(data)
        except FileNotFoundError:
            return cls({}, trees=trees, timeout=timeout)
        except OSError as error:
            reason = error.strerror or str(error)
            raise RegistryError(f"Docker's config.json cannot be read: {reason}") from None
        except (ValueError, RecursionError, RuntimeError):
            # The reason is not told: it may quote what is in the file.
            raise RegistryError("Docker's config.json is not JSON") from None
        if not isinstance(configuration, dict):
            raise RegistryError("Docker's config.json is not a JSON object")
        return cls(configuration, trees=trees, timeout=timeout)

    def __repr__(self) -> str:
        return f"<{type(self).__name__}>"

    def login(self, name: str) -> Login | None:
        """The login kept under `name` (`Host.login`), or None.

        A helper that fails is noted in `problems`, and then there is no login, as with Docker.
        """
        if name not in self._known:
            self._known[name] = self._find(name)
        return self._known[name]

    def _find(self, name: str) -> Login | None:
        helper = self._helpers.get(_bare(name), self._helpers.get(name, self._store))
        if helper:
            try:
                login = self._ask(helper, name)
            except RegistryError as error:
                self.problems.append(str(error))
                return None
            if login is not None:
                return login
        entry = self._auths.get(name)
        if entry is None:
            entry = next(
                (each for key, each in self._auths.items() if _bare(key) == _bare(name)), None
            )
        return self._read(name, entry) if isinstance(entry, dict) else None

    def _read(self, name: str, entry: dict[str, Any]) -> Login | None:
        """The login that an entry of the file holds."""
        texts = {key: value for key, value in entry.items() if isinstance(value, str)}
        username, password = texts.get("username", ""), texts.get("password", "")
        if packed := texts.get("auth"):
            try:
                text = base64.b64decode(packed, validate=True).decode("utf-8").rstrip("\0")
            except (binascii.Error, UnicodeDecodeError):
                text = ""
            username, colon, password = text.partition(":")
            if not colon:
                self.problems.append(f"Docker's config.json has no usable login for {_bare(name)}")
                return None
        login = Login(
            username, password, texts.get("identitytoken", ""), texts.get("registrytoken", "")
        )
        return login if login.secrets else None

    def _ask(self, helper: object, name: str) -> Login | None:
        """What a helper keeps under `name`. Raises RegistryError; what it prints is never told."""
        if not isinstance(helper, str) or not _HELPER.fullmatch(helper):
            raise RegistryError(
                "Docker's config.json names a helper that cannot be a program's name"
            )
        program = f"docker-credential-{helper}"
        found = tool(program)
        if found is None:
            raise RegistryError(f"{program} is not on the PATH")
        if any(Path(os.path.realpath(found)).is_relative_to(tree) for tree in self._trees):
            raise RegistryError(f"{program} lies in the tree that is rewritten, and is not run")
        code, out = self._run(program, found, name)
        if code:
            if _ABSENT in out:
                return None
            raise RegistryError(f"{program} failed with status {code}")
        try:
            answer = json.loads(out)
        except (ValueError, RecursionError):
            answer = None
        if not isinstance(answer, dict):
            raise RegistryError(f"{program} gave no login that can be read")
        username, secret = answer.get("Username"), answer.get("Secret")
        if not isinstance(username, str) or not isinstance(secret, str):
            raise RegistryError(f"{program} gave no login that can be read")
        if not secret:
            return None
        if username == _TOKEN_USER:
            return Login(identity_token=secret)
        return Login(username, secret)

    def _run(self, program: str, found: str, name: str) -> tuple[int, bytes]:
        try:
            process = subprocess.Popen(
                [found, "get"],
                cwd=Path(found).parent,
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.PIPE,
                start_new_session=True,
            )
        except OSError as error:
            reason = error.strerror or str(error)
            raise RegistryError(f"{program} cannot be run: {reason}") from None
        try:
            talk = Talk(process, name.encode(), _LONGEST_ANSWER)
            talk.run(self._timeout)
        finally:
            end(process)
        if talk.late:
            raise RegistryError(f"{program} did not answer within {self._timeout:g} s")
        if talk.long:
            raise RegistryError(f"{program} printed more than a login")
        return process.returncode, talk.out


def _table(configuration: Mapping[str, Any], name: str) -> dict[str, Any]:
    value = configuration.get(name)
    return value if isinstance(value, dict) else {}


def _bare(name: str) -> str:
    """The host of a name that may be an address: Docker writes both."""
    host = re.sub(r"^https?://", "", name).partition("/")[0]
    return "index.docker.io" if host == "docker.io" else host
