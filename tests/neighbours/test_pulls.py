"""Pipelines that pull from Docker Hub as strangers are reported."""

import pytest

from tests.neighbours.conftest import Project

HEAD = "on: push\njobs:\n  a:\n    runs-on: ubuntu-latest\n    steps:\n"
BUILD = "      - run: docker build .\n"
ACTION = "      - uses: docker/build-push-action@v6\n"
LOGIN = "      - uses: docker/login-action@v3\n        with:\n"
REPORTED = {
    "run": (BUILD, 6),
    "action": (ACTION, 6),
    "buildx": ("      - run: docker buildx build .\n", 6),
    "compose": ("      - run: docker compose -f x.yml build\n", 6),
    "elsewhere": (LOGIN + "          registry: ghcr.io\n" + ACTION, 9),
    "elsewhere-by-command": ("      - run: docker login -u a ghcr.io\n" + BUILD, 7),
    "switched-off": ("      # - run: docker login -u a\n" + BUILD, 7),
}
SILENT = {
    "no-build": "      - run: make\n",
    "login": LOGIN + "          username: x\n" + ACTION,
    "login-by-name": LOGIN + "          registry: docker.io\n" + ACTION,
    "login-somewhere": LOGIN + "          registry: ${{ env.REGISTRY }}\n" + ACTION,
    "login-command": "      - run: echo $T | docker login -u a --password-stdin\n" + BUILD,
    "login-variable": '      - run: docker login -u a "$REGISTRY"\n' + BUILD,
    "mirror": "      - run: echo registry-mirrors\n" + BUILD,
}


def lines(project: Project) -> list[int]:
    outcomes = project.outcomes("ci-pulls", write=False)
    return [note.line for outcome in outcomes.values() for note in outcome.notes]


@pytest.mark.parametrize(("steps", "line"), REPORTED.values(), ids=REPORTED.keys())
def test_reported(project: Project, steps: str, line: int) -> None:
    project.write({"Dockerfile": "FROM node:22\n", ".github/workflows/a.yml": HEAD + steps})
    assert lines(project) == [line]


@pytest.mark.parametrize("steps", SILENT.values(), ids=SILENT.keys())
def test_nothing_to_say(project: Project, steps: str) -> None:
    project.write({"Dockerfile": "FROM node:22\n", ".github/workflows/a.yml": HEAD + steps})
    assert lines(project) == []


@pytest.mark.parametrize("base", ["ghcr.io/a/b:1", "scratch", "$BASE"])
def test_images_from_elsewhere(project: Project, base: str) -> None:
    project.write({"Dockerfile": f"FROM {base}\n", ".github/workflows/a.yml": HEAD + BUILD})
    assert lines(project) == []


def test_gitlab(project: Project) -> None:
    project.write({"Dockerfile": "FROM node:22\n", ".gitlab-ci.yml": "a:\n  script:\n    - docker build .\n"})  # fmt: skip
    assert lines(project) == [3]
    login = "    - docker login -u $CI_REGISTRY_USER -p x $CI_REGISTRY\n"
    project.write({".gitlab-ci.yml": "a:\n  script:\n" + login + "    - docker build .\n"})
    # That is GitLab's own registry.
    assert lines(project) == [4]
    hub = login.replace(" $CI_REGISTRY\n", "\n")
    project.write({".gitlab-ci.yml": "a:\n  script:\n" + hub + "    - docker build .\n"})
    assert lines(project) == []
