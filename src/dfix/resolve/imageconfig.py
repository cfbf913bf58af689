"""The config of an image: what a container starts with, and what FROM takes over."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from dfix.resolve.failures import NotFound, Unusable
from dfix.resolve.manifests import parse_json


@dataclass(frozen=True, slots=True)
class ImageConfig:
    """The settings of an image, by https://github.com/opencontainers/image-spec/blob/main/config.md.

    None means that the image does not have it; an empty text in the config counts as that.
    """

    user: str | None
    entrypoint: tuple[str, ...] | None
    cmd: tuple[str, ...] | None
    env: Mapping[str, str] | None
    shell: tuple[str, ...] | None
    """What runs the shell form, where a SHELL instruction said so."""
    workdir: str | None
    stopsignal: str | None
    labels: Mapping[str, str] | None
    exposed_ports: tuple[str, ...] | None
    """As `8080/tcp`, sorted."""
    volumes: tuple[str, ...] | None
    onbuild: tuple[str, ...] | None

    @classmethod
    def parse(cls, data: bytes, what: str, platform: str) -> "ImageConfig":
        """The config `data`, which must be for `platform`; `what` names it in the texts of errors.

        Raises `Unusable` for another form, and `NotFound` for another platform.
        """
        value = parse_json(data, what)
        if platform.split("/")[:2] != [value.get("os"), value.get("architecture")]:
            raise NotFound(f"{what} is not for {platform}")
        config = value.get("config")
        read = _Reader({} if config is None else config, what)
        return cls(
            user=read.text("User"),
            entrypoint=read.words("Entrypoint"),
            cmd=read.words("Cmd"),
            env=read.variables("Env"),
            shell=read.words("Shell"),
            workdir=read.text("WorkingDir"),
            stopsignal=read.text("StopSignal"),
            labels=read.labels("Labels"),
            exposed_ports=read.keys("ExposedPorts"),
            volumes=read.keys("Volumes"),
            onbuild=read.words("OnBuild"),
        )


class _Reader:
    """Takes values of known form out of a JSON object. Raises `Unusable` for others."""

    def __init__(self, config: object, what: str) -> None:
        self._what = what
        if not isinstance(config, dict):
            raise self._unusable("config")
        self._config: dict[str, Any] = config

    def text(self, name: str) -> str | None:
        value = self._config.get(name)
        if value is None or value == "":
            return None
        return self._checked(value, name)

    def words(self, name: str) -> tuple[str, ...] | None:
        value = self._config.get(name)
        if value is None:
            return None
        if not isinstance(value, list):
            raise self._unusable(name)
        return tuple(self._checked(each, name) for each in value)

    def variables(self, name: str) -> dict[str, str] | None:
        words = self.words(name)
        if words is None:
            return None
        pairs = [word.partition("=") for word in words]
        if not all(variable and equals for variable, equals, _ in pairs):
            raise self._unusable(name)
        return {variable: value for variable, _, value in pairs}

    def labels(self, name: str) -> dict[str, str] | None:
        found = self._object(name)
        if found is None:
            return None
        return {key: self._checked(value, name) for key, value in found.items()}

    def keys(self, name: str) -> tuple[str, ...] | None:
        found = self._object(name)
        return None if found is None else tuple(sorted(found))

    def _object(self, name: str) -> dict[str, Any] | None:
        value = self._config.get(name)
        if value is None:
            return None
        if not isinstance(value, dict):
            raise self._unusable(name)
        return {self._checked(key, name): each for key, each in value.items()}

    def _checked(self, value: object, name: str) -> str:
        # Neither NUL nor half of a character can stand in anything that a container is given.
        if (
            not isinstance(value, str)
            or "\0" in value
            or any("\ud800" <= c <= "\udfff" for c in value)
        ):
            raise self._unusable(name)
        return value

    def _unusable(self, name: str) -> Unusable:
        return Unusable(f"{self._what} has a {name} that is not of the right form")
