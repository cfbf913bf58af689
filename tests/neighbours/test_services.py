"""Compose services to look at: reported with a line and what to do, and never changed."""

import pytest

from tests.neighbours.conftest import Project

REPORTED = {
    "host-network": ("    network_mode: host\n", "shares the host's network", 4),
    "privileged": ("    privileged: true\n", "privileged", 4),
    "socket": ("    volumes:\n      - /var/run/docker.sock:/var/run/docker.sock:ro\n", "socket", 4),
    "socket-long": (
        "    image: x\n    volumes:\n      - type: bind\n        source: /run/docker.sock\n"
        "        target: /x\n",
        "socket",
        5,
    ),
    "root": ('    user: "0:0"\n', "runs as root", 4),
    "merged": ("    <<: {network_mode: host}\n", "host's network", 2),
}
SILENT = {
    "bridge": "    network_mode: bridge\n",
    "another-service's": '    network_mode: "service:db"\n',
    "not-privileged": "    privileged: false\n",
    "volume": "    volumes: [data:/data, /cache]\n",
    "bind-in-development": "    volumes: ['./src:/src']\n",
    "a-user": "    user: node\n",
    "odd": "    volumes: x\n    user: [a]\n    privileged: {}\n    network_mode: [host]\n",
}
HEAD = "services:\n  app:\n    build: .\n"


@pytest.mark.parametrize("text", SILENT.values(), ids=SILENT.keys())
def test_nothing_to_say(project: Project, text: str) -> None:
    project.write({"Dockerfile": "FROM a\n", "compose.yaml": HEAD + text})
    assert project.outcomes("compose-service", write=False) == {}


@pytest.mark.parametrize(("text", "message", "line"), REPORTED.values(), ids=REPORTED.keys())
def test_reported(project: Project, text: str, message: str, line: int) -> None:
    project.write({"Dockerfile": "FROM a\n", "compose.yaml": HEAD + text})
    (outcome,) = project.outcomes("compose-service", write=False).values()
    (note,) = outcome.notes
    assert message in note.message
    assert (note.line, note.advice, note.status) == (line, True, "refused")
    assert outcome.after == outcome.before


def test_root_of_an_image_from_elsewhere(project: Project) -> None:
    project.write({"compose.yaml": "services:\n  db:\n    image: x\n    user: root\n"})
    assert project.outcomes("compose-service") == {}


@pytest.mark.parametrize(
    "name", ["compose.prod.yaml", "docker-compose-production.yml", "compose.Prod.yml"]
)
def test_folders_of_the_host_in_production(project: Project, name: str) -> None:
    volumes = "    volumes:\n      - ./src:/src\n      - /etc/localtime:/etc/localtime:ro\n"
    project.write({"Dockerfile": "FROM a\n", name: HEAD + volumes})
    (outcome,) = project.outcomes("compose-service", write=False).values()
    (note,) = outcome.notes
    assert note.message.endswith("in production: ./src")


def test_a_product_is_not_production(project: Project) -> None:
    volumes = "    volumes:\n      - ./src:/src\n"
    project.write({"compose.products.yaml": HEAD + volumes})
    assert project.outcomes("compose-service") == {}
