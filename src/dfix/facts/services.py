"""What Compose says about the containers that run the image of a file."""

from collections.abc import Iterator, Mapping

from msgspec import Struct, field

from dfix.patterns import regex

_VARIABLE = regex(r"\$\{[^}]*\}")
_TRUE = frozenset({"true", "yes", "on"})


class Service(Struct, frozen=True):
    """A Compose service that is built from the file; a value that is not literal counts as None."""

    name: str
    #: The Compose file's name.
    source: str
    #: Whether Docker's own init process is PID 1; None where nothing is said.
    init: bool | None = None
    #: The user in place of USER.
    user: str | None = None
    #: `host`, `none`, `service:...`; None for a network of its own.
    network: str | None = None
    #: What is started in place of ENTRYPOINT or CMD.
    replaces_command: bool = False
    #: Where volumes are that can be written to.
    volumes: tuple[str, ...] = ()
    #: Where files and folders of the host are that can be written to.
    binds: tuple[str, ...] = ()
    #: What only root has a use for, such as `privileged`; empty for nothing.
    privilege: str = ""
    #: What is set in the environment, by name.
    environment: Mapping[str, str] = field(default_factory=dict)
    #: The words of what is started in place of ENTRYPOINT or CMD.
    command: str = ""
    #: The stage that is built, where it is not the last one.
    target: str | None = None


def service_of(
    name: str,
    source: str,
    said: Mapping[str, object],
    target: str | None = None,
    given: Mapping[str, str] | None = None,
) -> Service:
    """The service `name` of the Compose file `source`, which says `said` of it and builds `target`.

    `given` is what its `env_file` sets.
    https://docs.docker.com/reference/compose-file/services/
    """
    mounts = tuple(_mounts(said.get("volumes")))
    init = said.get("init")
    return Service(
        name,
        source,
        init.lower() in _TRUE if isinstance(init, str) else None,
        _literal(said.get("user")),
        _literal(said.get("network_mode")),
        "command" in said or "entrypoint" in said,
        (*(target for target, bound in mounts if not bound), *_of_others(said.get("volumes_from"))),
        tuple(target for target, bound in mounts if bound),
        _privilege(said),
        {**(given or {}), **dict(_environment(said.get("environment")))},
        " ".join(map(_joined, (said.get("entrypoint"), said.get("command")))).strip(),
        target,
    )


def _joined(words: object) -> str:
    return " ".join(map(str, words)) if isinstance(words, list) else str(words or "")


def _literal(value: object) -> str | None:
    return value if isinstance(value, str) and "$" not in value else None


def _privilege(said: Mapping[str, object]) -> str:
    if str(said.get("privileged", "")).lower() in _TRUE:
        return "privileged"
    for name in ("cap_add", "devices", "device_cgroup_rules"):
        if said.get(name):
            return name
    return next((f"{name}: host" for name in ("pid", "ipc") if said.get(name) == "host"), "")


def _mounts(volumes: object) -> Iterator[tuple[str, bool]]:
    """The places of what can be written to, each with whether it is the host's."""
    for each in volumes if isinstance(volumes, list) else ():
        if isinstance(each, dict):
            kind, target = each.get("type"), each.get("target")
            writable = str(each.get("read_only", "")).lower() not in _TRUE
            if isinstance(target, str) and kind in {"bind", "volume"} and writable:
                yield target, kind == "bind"
        elif isinstance(each, str):
            source, colon, rest = _VARIABLE.sub("$", each).partition(":")
            target, _, modes = rest.partition(":")
            if not colon:
                yield source, False
            elif not {"ro", "readonly"} & set(modes.split(",")):
                yield target, source[:1] in {"/", ".", "~", "$"}


def _of_others(services: object) -> Iterator[str]:
    """Stands for the places of what other services mount."""
    for each in services if isinstance(services, list) else ():
        if not str(each).endswith(":ro"):
            yield "an unknown place"


def _environment(written: object) -> Iterator[tuple[str, str]]:
    if isinstance(written, dict):
        for name, value in written.items():
            yield str(name), value if isinstance(value, str) else ""
    for each in written if isinstance(written, list) else ():
        name, _, value = str(each).partition("=")
        yield name, value
