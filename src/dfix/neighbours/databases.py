"""How the official images of databases tell that they are ready, from within the container.

Over TCP, since during its first start a server listens on its socket alone and is not ready yet.
https://hub.docker.com/_/mysql, /mariadb, /postgres, /redis, /mongo.
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from dfix.image import ImageReference
from dfix.patterns import regex

#: What else stands in a command line may move the server to where the check does not look.
_MOVES = regex(
    r"port|bind|socket|networking|listen|hba|tls|ssl|pass|auth|protected|acl|defaults|config|"
    r"\.c(?:on|n)f|\$|(?:\A|\s)-[phHkD]\b",
    re.IGNORECASE,
)
_HARMLESS = regex(
    r"--(?:default[-_])?authentication[-_](?:plugin|policy)[= ]\S+|--mysql[-_]native[-_]password\S*|"
    r"--bind_ip_all",
    re.IGNORECASE,
)
_CLOCK = regex(r"/etc/(?:localtime|timezone)")
_MAJOR = regex(r"([0-9]+)(?:\.|-|\Z)")


@dataclass(frozen=True, slots=True)
class Database:
    """A service that runs an official image of a database."""

    image: ImageReference
    tag: str | None
    """None where it is not known: a variable, or a digest alone."""
    environment: frozenset[str]

    @property
    def major(self) -> int | None:
        """The first number of the tag; a tag without one stands for the newest."""
        match = _MAJOR.match(self.tag or "")
        return int(match[1]) if match else None


def _mysql(database: Database) -> str | None:
    given = database.environment
    if "MYSQL_ROOT_PASSWORD" not in given and any(
        name in given
        for name in (
            "MYSQL_ALLOW_EMPTY_PASSWORD",
            "MYSQL_RANDOM_ROOT_PASSWORD",
            "MYSQL_ROOT_PASSWORD_FILE",
        )
    ):
        return "mysqladmin ping -h 127.0.0.1"
    return "mysqladmin ping -h 127.0.0.1 -u root -p$$MYSQL_ROOT_PASSWORD"


def _mariadb(database: Database) -> str | None:
    if database.tag is None:
        return None
    # Its tools lost their old names with version 11.
    program = (
        "mysqladmin" if database.major is not None and database.major < 11 else "mariadb-admin"
    )
    for name in ("MARIADB_ROOT_PASSWORD", "MYSQL_ROOT_PASSWORD"):
        if name in database.environment:
            return f"{program} ping -h 127.0.0.1 -u root -p$${name}"
    return f"{program} ping -h 127.0.0.1"


def _postgres(_: Database) -> str | None:
    user = "$${POSTGRES_USER:-postgres}"
    return f"pg_isready -h 127.0.0.1 -U {user} -d $${{POSTGRES_DB:-{user}}}"


def _mongo(database: Database) -> str | None:
    if database.tag is None:
        return None
    program = "mongo" if database.major is not None and database.major < 6 else "mongosh"
    # During the first start it listens on 127.0.0.1, too.
    return f"{program} --quiet --host $$(hostname) --eval 'db.adminCommand({{ping: 1}})'"


_CHECKS: Mapping[str, Callable[[Database], str | None]] = {
    "mysql": _mysql,
    "percona": _mysql,
    "mariadb": _mariadb,
    "postgres": _postgres,
    "postgis/postgis": _postgres,
    "pgvector/pgvector": _postgres,
    "timescale/timescaledb": _postgres,
    "redis": lambda _: "redis-cli ping | grep -q PONG",
    "valkey/valkey": lambda _: "valkey-cli ping | grep -q PONG",
    "mongo": _mongo,
}


def database_of(service: Mapping[str, object]) -> Database | None:
    """The database that a Compose service runs; None for anything else."""
    written = service.get("image")
    if not isinstance(written, str):
        return None
    name, colon, tag = written.partition(":")
    variable = bool(colon) and "$" in tag and "/" not in tag
    image = ImageReference.parse(name if variable else written)
    if image is None or image.familiar_name not in _CHECKS:
        return None
    known = None if variable or (image.tag is None and image.digest) else image.tag or "latest"
    return Database(image, known, frozenset(_names(service.get("environment"))))


def check_of(database: Database, service: Mapping[str, object]) -> tuple[str | None, str]:
    """The command that tells whether a database is ready; without one, the reason."""
    for key in ("build", "entrypoint", "network_mode", "extends", "configs"):
        if key in service:
            return None, f"it has `{key}`, so that where the server listens is not known"
    command = service.get("command")
    words = command if isinstance(command, list) else [command or ""]
    text = " ".join(word if isinstance(word, str) else "$" for word in words)
    if _MOVES.search(_HARMLESS.sub(" ", text)):
        return None, "its `command` may say where the server listens"
    for target in _targets(service.get("volumes")):
        if (
            target.rstrip("/") == "/docker-entrypoint-initdb.d"
            or "/docker-entrypoint-initdb.d/" in target
        ):
            return None, "it has scripts for its first start, and how long they take is not known"
        if target.startswith("/etc/") and not _CLOCK.fullmatch(target):
            return None, f"{target} may say where the server listens"
    check = _CHECKS[database.image.familiar_name](database)
    return (check, "") if check else (None, "which version it runs is not known")


def merged(service: Mapping[str, object], held: Mapping[str, object]) -> Mapping[str, object]:
    """A service with what another file says of it, as far as a check depends on it."""
    both = {**service, **held}
    both["environment"] = [
        f"{name}=" for each in (service, held) for name in _names(each.get("environment"))
    ]
    volumes: list[object] = []
    for each in (service, held):
        written = each.get("volumes")
        volumes += written if isinstance(written, list) else []
    both["volumes"] = volumes
    return both


def _names(environment: object) -> list[str]:
    if isinstance(environment, Mapping):
        return [str(name) for name in environment]
    if isinstance(environment, list):
        return [each.partition("=")[0] for each in environment if isinstance(each, str)]
    return []


def _targets(volumes: object) -> list[str]:
    """The paths at which volumes are in the container."""
    found: list[str] = []
    for volume in volumes if isinstance(volumes, list) else []:
        if isinstance(volume, dict):
            target = volume.get("target")
            found.append(target if isinstance(target, str) else "")
        elif isinstance(volume, str):
            # A mode may follow, and a variable may hold colons of its own.
            found += re.sub(r"\$\{[^}]*\}", "$", volume).split(":")
    return found
