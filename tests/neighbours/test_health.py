"""Health checks in Compose files: only added lines and those of `depends_on` differ."""

import difflib

import pytest

from dfix.documents import read_yaml
from tests.neighbours.conftest import Project, reasons, text_of

HEALTH = """\
    healthcheck:
      test: ["CMD-SHELL", "{}"]
      interval: 10s
      timeout: 5s
      retries: 5
      start_period: 30s
"""
PING = "redis-cli ping | grep -q PONG"
ROOT = "mysqladmin ping -h 127.0.0.1 -u root -p$$MYSQL_ROOT_PASSWORD"
APP = "  app:\n    build: .\n    depends_on:\n      - db\n"
WAITS = "  app:\n    build: .\n    depends_on:\n      db:\n        condition: service_healthy\n"


def compose(project: Project, text: str, name: str = "compose.yaml") -> str | None:
    project.write({name: text.encode()})
    return text_of(project.outcomes("compose-health").get(name))


def both(db: str, check: str) -> tuple[str, str]:
    """A file with a database and an application, before and after."""
    return f"services:\n{APP}  db:\n{db}", f"services:\n{WAITS}  db:\n{db}{HEALTH.format(check)}"


DATABASES = {
    "mysql": ("    image: mysql:5.7\n", ROOT),
    "mysql-with-a-password": (
        "    image: mysql\n    environment:\n      MYSQL_ROOT_PASSWORD: x\n", ROOT),
    "mysql-without-a-password": (
        "    image: mysql:8\n    environment:\n      - MYSQL_ALLOW_EMPTY_PASSWORD=1\n",
        "mysqladmin ping -h 127.0.0.1"),
    "mysql-variable-tag": ("    image: mysql:${TAG:-8}\n", ROOT),
    "mysql-library": ("    image: docker.io/library/mysql:8\n", ROOT),
    "mysql-harmless-command": (
        "    image: mysql:8\n    command: --default-authentication-plugin=mysql_native_password\n", ROOT),
    "mysql-harmless-list": (
        "    image: mysql:8\n    command: ['--character-set-server=utf8mb4']\n", ROOT),
    "mariadb-10": ("    image: mariadb:10.6\n", "mysqladmin ping -h 127.0.0.1"),
    "mariadb-11": (
        "    image: mariadb:11.4\n    environment: [MARIADB_ROOT_PASSWORD=x]\n",
        "mariadb-admin ping -h 127.0.0.1 -u root -p$$MARIADB_ROOT_PASSWORD"),
    "mariadb-latest": ("    image: mariadb\n", "mariadb-admin ping -h 127.0.0.1"),
    "postgres": (
        "    image: postgres:16-alpine\n",
        "pg_isready -h 127.0.0.1 -U $${POSTGRES_USER:-postgres} "
        "-d $${POSTGRES_DB:-$${POSTGRES_USER:-postgres}}"),
    "redis": ("    image: redis:7\n", PING),
    "redis-data": (
        "    image: redis:7\n    volumes: ['data:/data', '/etc/localtime:/etc/localtime:ro']\n"
        "    deploy:\n      resources: {}\n", PING),
    "redis-command": ("    image: redis:7\n    command: redis-server --appendonly yes\n", PING),
    "valkey": ("    image: valkey/valkey:8\n", "valkey-cli ping | grep -q PONG"),
    "mongo-7": (
        "    image: mongo:7\n", "mongosh --quiet --host $$(hostname) --eval 'db.adminCommand({ping: 1})'"),
    "mongo-4": (
        "    image: mongo:4.4\n", "mongo --quiet --host $$(hostname) --eval 'db.adminCommand({ping: 1})'"),
}  # fmt: skip


@pytest.mark.parametrize(("db", "check"), DATABASES.values(), ids=DATABASES.keys())
def test_databases(project: Project, db: str, check: str) -> None:
    before, after = both(db, check)
    assert compose(project, before) == after
    assert compose(project, after) is None


LEFT_ALONE = {
    "a-check-there": APP + "  db:\n    image: redis\n    healthcheck:\n      disable: true\n",
    "nobody-waits": "  app:\n    build: .\n  db:\n    image: redis\n",
    "a-long-form": "  app:\n    depends_on:\n      db:\n        condition: service_started\n"
    "  db:\n    image: redis\n",
    "no-database": APP + "  db:\n    image: example/app\n",
    "another-registry": APP + "  db:\n    image: example.com/mysql\n",
    "somebody's-image": APP + "  db:\n    image: bitnami/postgresql\n",
    "a-variable": APP + "  db:\n    image: $DB\n",
    "merged": "  app:\n    depends_on: [db]\n  db:\n    <<: &x\n      healthcheck:\n"
    "        disable: true\n    image: redis\n",
}


@pytest.mark.parametrize("text", LEFT_ALONE.values(), ids=LEFT_ALONE.keys())
def test_left_alone(project: Project, text: str) -> None:
    assert compose(project, f"services:\n{text}") is None
    assert not any(
        note.status != "refused" for each in project.outcomes("compose-health").values() for note in each.notes
    )  # fmt: skip


REDIS = "  db:\n    image: redis\n"
REFUSED = {
    "entrypoint": (APP + "  db:\n    image: redis\n    entrypoint: x\n", "entrypoint"),
    "build": (APP + "  db:\n    image: redis\n    build: db\n", "build"),
    "network": (APP + "  db:\n    image: redis\n    network_mode: host\n", "network_mode"),
    "extends": (APP + "  db:\n    image: redis\n    extends: x\n", "extends"),
    "extended": (APP + "    extends: x\n" + REDIS, "extends"),
    "password": (APP + "  db:\n    image: redis\n    command: redis-server --requirepass x\n", "command"),
    "port": (APP + "  db:\n    image: mysql\n    command: --port=3307\n", "command"),
    "config": (APP + "  db:\n    image: redis\n    command: [redis-server, /x.conf]\n", "command"),
    "variable": (APP + "  db:\n    image: redis\n    command: $ARGS\n", "command"),
    "version": (APP + "  db:\n    image: mongo:$TAG\n", "which version"),
    "swarm": (
        APP + "  db:\n    image: redis\n    deploy:\n      placement: {}\n", "Swarm"),
    "stack": (APP + "  db:\n    image: redis\n    deploy: {replicas: 2}\n", "Swarm"),
    "scripts": (
        APP + "  db:\n    image: mysql\n    volumes: ['./sql:/docker-entrypoint-initdb.d:ro']\n", "first start"),
    "a-script": (
        APP + "  db:\n    image: mysql\n    volumes:\n      - type: bind\n        source: a.sql\n"
        "        target: /docker-entrypoint-initdb.d/a.sql\n", "first start"),
    "settings": (
        APP + "  db:\n    image: mysql\n    volumes:\n      - ${C:-./c}:/etc/mysql/conf.d\n", "/etc/mysql/conf.d"),
    "configs": (APP + "  db:\n    image: mysql\n    configs: [a]\n", "configs"),
    "anchor": (APP + "  db: &db\n    image: redis\n", "plain block"),
    "alias": (
        "  app: &app\n    depends_on: [db]\n  web: *app\n" + REDIS, "plain block"),
    "braces": ("  app: {depends_on: [db]}\n" + REDIS, "plain block"),
    "merged-list": (
        "  app:\n    <<: &x\n      depends_on: [db]\n    image: y\n" + REDIS, "plain list"),
    "aliased-list": (
        "  a:\n    depends_on: &x [db]\n  b:\n    depends_on: *x\n" + REDIS, "plain list"),
    "a-comment-in-a-list": (
        "  app:\n    depends_on: [db, # the db\n      x]\n    image: y\n  x:\n    image: z\n" + REDIS, "plain list"),
    "odd-items": ("  app:\n    depends_on:\n      - !!str db\n" + REDIS, "plain list"),
    "twice": ("  app:\n    depends_on:\n      - db\n      - db\n" + REDIS, "plain list"),
    "merged-elsewhere": (
        "  app:\n    depends_on: [db]\n  db:\n    image: redis\n    x-a: &a\n      b: 1\n"
        "  web:\n    depends_on: &d\n      - db\n", "plain list"),
}  # fmt: skip


@pytest.mark.parametrize(("text", "reason"), REFUSED.values(), ids=REFUSED.keys())
def test_refused(project: Project, text: str, reason: str) -> None:
    assert compose(project, f"services:\n{text}") is None
    (outcome,) = project.outcomes("compose-health").values()
    assert any(reason in each for each in reasons(outcome)), reasons(outcome)


SHAPES = {
    "comments-and-quotes": (
        'services:\n  # app\n  app:\n    image: "x"   # keep\n    depends_on:\n      - "db"   # the db\n'
        "      # - other\n      - 'web'\n\n  web:\n    image: y\n\n  # db\n  db:\n    image: 'redis'\n"
        "    # ports:\n    #   - 1\n\n  # last\nvolumes:\n  a: # empty\n",
        'services:\n  # app\n  app:\n    image: "x"   # keep\n    depends_on:\n      "db":   # the db\n'
        "        condition: service_healthy\n      # - other\n      'web':\n        condition: service_started\n"
        "\n  web:\n    image: y\n\n  # db\n  db:\n    image: 'redis'\n    # ports:\n    #   - 1\n"
        + HEALTH.format(PING) + "\n  # last\nvolumes:\n  a: # empty\n"),
    "flow-list": (
        "services:\n  app:\n    depends_on: [db, \"web\"] # both\n    image: x\n  web:\n    image: y\n" + REDIS,
        "services:\n  app:\n    depends_on: # both\n      db:\n        condition: service_healthy\n"
        '      "web":\n        condition: service_started\n    image: x\n  web:\n    image: y\n'
        + REDIS + HEALTH.format(PING)),
    "flow-list-of-lines": (
        "services:\n  app:\n    depends_on:\n      [\n        db,\n      ]\n    image: x\n" + REDIS,
        "services:\n  app:\n    depends_on:\n      db:\n        condition: service_healthy\n    image: x\n"
        + REDIS + HEALTH.format(PING)),
    "items-not-indented": (
        "services:\n  app:\n    depends_on:\n    - db\n    image: x\n" + REDIS,
        "services:\n  app:\n    depends_on:\n      db:\n        condition: service_healthy\n    image: x\n"
        + REDIS + HEALTH.format(PING)),
    "four-blanks": (
        "services:\n    db:\n        image: redis\n    app:\n        depends_on:\n            - db\n",
        "services:\n    db:\n        image: redis\n"
        + "".join("    " + each.replace("      ", "        ") for each in HEALTH.format(PING).splitlines(True))
        + "    app:\n        depends_on:\n            db:\n                condition: service_healthy\n"),
    "no-final-line-end": (f"services:\n{APP}  db:\n    image: redis", both("    image: redis\n", PING)[1]),
    "list-at-the-end": (
        f"services:\n{REDIS}{APP}".removesuffix("\n"), f"services:\n{REDIS}{HEALTH.format(PING)}{WAITS}"),
    "services-at-the-end": (
        f"volumes: {{}}\nservices:\n{APP}{REDIS}\n\n# end\n",
        f"volumes: {{}}\nservices:\n{WAITS}{REDIS}{HEALTH.format(PING)}\n\n# end\n"),
    "document-marks": (
        f"---\nservices:\n{APP}{REDIS}...\n", f"---\nservices:\n{WAITS}{REDIS}{HEALTH.format(PING)}...\n"),
    "anchors-elsewhere": (
        f"x-a: &a\n  restart: always\nservices:\n{APP}    <<: *a\n{REDIS}    <<: *a\n",
        f"x-a: &a\n  restart: always\nservices:\n{WAITS}    <<: *a\n{REDIS}    <<: *a\n" + HEALTH.format(PING)),
    "a-block-of-text-at-the-end": (
        f"services:\n{APP}{REDIS}    x-note: |\n      a\n      # b\n",
        f"services:\n{WAITS}{REDIS}    x-note: |\n      a\n      # b\n" + HEALTH.format(PING)),
    "two-databases": (
        "services:\n  app:\n    depends_on:\n      - db\n      - sql\n" + REDIS + "  sql:\n    image: mysql\n",
        "services:\n  app:\n    depends_on:\n      db:\n        condition: service_healthy\n      sql:\n"
        "        condition: service_healthy\n" + REDIS + HEALTH.format(PING)
        + "  sql:\n    image: mysql\n" + HEALTH.format(ROOT)),
    "a-chain": (
        "services:\n  app:\n    depends_on: [db]\n  db:\n    image: mysql\n    depends_on:\n      - c\n"
        "  c:\n    image: redis\n",
        "services:\n  app:\n    depends_on:\n      db:\n        condition: service_healthy\n  db:\n"
        "    image: mysql\n    depends_on:\n      c:\n        condition: service_healthy\n"
        + HEALTH.format(ROOT) + "  c:\n    image: redis\n" + HEALTH.format(PING)),
}  # fmt: skip


@pytest.mark.parametrize(("before", "after"), SHAPES.values(), ids=SHAPES.keys())
@pytest.mark.parametrize("end", ["\n", "\r\n"], ids=["lf", "crlf"])
def test_shapes(project: Project, before: str, after: str, end: str) -> None:
    before, after = before.replace("\n", end), after.replace("\n", end)
    written = compose(project, before)
    assert written == after
    # What goes are lines of `depends_on` alone.
    gone = [each for each in difflib.ndiff(before.split("\n"), after.split("\n")) if each[0] == "-"]
    assert all(
        any(mark in each for mark in ("- ", "depends_on", "[", "]", "db,")) or not each[1:].strip()
        for each in gone
    )
    assert compose(project, after) is None


def test_a_version_of_old_is_told(project: Project) -> None:
    compose(project, f'version: "3.8"\nservices:\n{APP}{REDIS}')
    (outcome,) = project.outcomes("compose-health").values()
    assert "Compose 1" in outcome.notes[0].reason


def test_a_file_beside_it_has_the_check(project: Project) -> None:
    project.write({"compose.override.yaml": "services:\n  db:\n    healthcheck:\n      test: x\n"})
    assert compose(project, f"services:\n{APP}{REDIS}") is None


def test_a_file_beside_it_lists_it_too(project: Project) -> None:
    project.write({"compose.override.yaml": "services:\n  app:\n    depends_on: [db]\n"})
    assert compose(project, f"services:\n{APP}{REDIS}") is None
    outcome = project.outcomes("compose-health")["compose.yaml"]
    assert "a file beside this one" in reasons(outcome)[0]


CHANGED = {
    "another port": "    command: --port 7000\n",
    "another image": "    image: me/store:1\n",
    "another program": "    entrypoint: /run.sh\n",
    "a configuration": "    volumes: [./r.conf:/etc/redis.conf]\n",
}


@pytest.mark.parametrize("more", CHANGED.values(), ids=CHANGED.keys())
def test_a_file_beside_it_makes_another_server(project: Project, more: str) -> None:
    project.write({"compose.prod.yaml": f"services:\n  db:\n{more}"})
    assert compose(project, f"services:\n{APP}{REDIS}") is None
    outcome = project.outcomes("compose-health")["compose.yaml"]
    assert "compose.prod.yaml says more about db" in reasons(outcome)[0]


def test_a_file_beside_it_changes_nothing_of_the_server(project: Project) -> None:
    text = "services:\n  db:\n    image: redis:8\n    ports: [6379]\n    volumes: [x:/data]\n"
    project.write({"compose.prod.yaml": text})
    assert compose(project, f"services:\n{APP}{REDIS}") is not None


EXEC = """\
services:
  db:
    image: mysql:5.7
    healthcheck:
      test: ["CMD", "mysqladmin", "ping", "-h", "localhost", "-u", "root", "-p$MYSQL_ROOT_PASSWORD"]
      # ten seconds
      interval: 10s
"""


def test_a_variable_of_the_caller_is_reported(project: Project) -> None:
    project.write({"compose.yaml": EXEC})
    (outcome,) = project.outcomes("compose-health", write=False).values()
    (note,) = outcome.notes
    assert (note.line, note.advice) == (5, True)
    assert "write CMD-SHELL" in note.reason


def test_a_variable_of_the_caller_is_the_container_s(project: Project) -> None:
    assert (
        compose(project, EXEC)
        == EXEC.replace(EXEC.split("\n")[4], f'      test: ["CMD-SHELL", "{ROOT}"]')
        + "      start_period: 30s\n"
    )


@pytest.mark.parametrize(
    "test",
    [
        '["CMD", "mysqladmin", "ping", "-p$$MYSQL_ROOT_PASSWORD"]',
        '["CMD-SHELL", "mysqladmin ping -p$MYSQL_ROOT_PASSWORD"]',
        "mysqladmin ping -p$MYSQL_ROOT_PASSWORD",
        '["NONE"]',
    ],
)
def test_a_test_that_is_not_reported(project: Project, test: str) -> None:
    project.write({"compose.yaml": f"services:\n  db:\n    healthcheck:\n      test: {test}\n"})
    assert project.outcomes("compose-health") == {}


def test_another_test_is_only_reported(project: Project) -> None:
    text = 'services:\n  db:\n    image: x\n    healthcheck:\n      test: ["CMD", "a", "$HOME"]\n'
    assert compose(project, text) is None
    (outcome,) = project.outcomes("compose-health").values()
    assert outcome.notes[0].line == 5


HOSTILE = {
    "not-yaml": "services:\n  a: [\n",
    "two-documents": "services: {}\n---\nservices: {}\n",
    "a-list": "- services\n",
    "no-mapping": "services: a\n",
    "itself": "services: &a\n  db: *a\n",
    "nested": "services:\n  a: " + "[" * 3000 + "\n",
    "bomb": "a: &a [x]\n"
    + "".join(f"b{at}: &b{at} [*{'a' if not at else f'b{at - 1}'}, *{'a' if not at else f'b{at - 1}'}]\n" for at in range(40))
    + "services:\n  db:\n    image: *b39\n    depends_on: *b39\n",
    "numbers": "services:\n  1:\n    image: 2\n    depends_on: 3\n",
    "keys-of-mappings": "services:\n  ? {a: b}\n  : image\n",
    "tags": "services:\n  db: !!python/object/apply:os.system [x]\n",
    "tabs": "services:\n\tdb: x\n",
    "bytes": "services:\n  db: \x00\n",
}  # fmt: skip


@pytest.mark.parametrize("text", HOSTILE.values(), ids=HOSTILE.keys())
def test_hostile_files(project: Project, text: str) -> None:
    assert compose(project, text) is None


def test_what_cannot_be_read_is_told_in_a_line(project: Project) -> None:
    project.write({"compose.yaml": HOSTILE["not-yaml"]})
    (outcome,) = project.outcomes("compose-health").values()
    assert [note.message for note in outcome.notes] == ["it is no YAML that can be read"]


def test_what_is_written_can_be_read(project: Project) -> None:
    for db, check in DATABASES.values():
        value = read_yaml(both(db, check)[1])
        assert isinstance(value, dict)
        assert value["services"]["db"]["healthcheck"]["test"] == ["CMD-SHELL", check]


def test_a_file_elsewhere_in_the_tree_is_left_alone(project: Project) -> None:
    import subprocess

    subprocess.run(["git", "init", "-q"], cwd=project.root, check=True)
    text = f"services:\n{APP}{REDIS}"
    project.write({"a/Dockerfile": "FROM a\n", "b/compose.yaml": text, "a/compose.yaml": text})
    assert text_of(project.outcomes("compose-health")["b/compose.yaml"]) is not None
    narrow = type(project)(project.root / "a")
    assert set(narrow.outcomes("compose-health")) == {"compose.yaml"}


def test_a_file_that_is_too_large_is_told_in_a_line(project: Project) -> None:
    project.write({"compose.yaml": f"services:\n{APP}{REDIS}" + "# x\n" * 100_000})
    (outcome,) = project.outcomes("compose-health").values()
    assert text_of(outcome) is None
    assert [note.message for note in outcome.notes] == ["it cannot be read"]
