"""The workflow: what it holds, and where none is proposed."""

import re

import pytest

from dfix.documents import read_yaml
from tests.neighbours.conftest import Project, reasons, text_of

PATH = ".github/workflows/dockerfile-lint.yml"
PLAIN = "FROM node:22\nCOPY . .\n"


def workflow(project: Project, **options: str) -> str | None:
    outcomes = project.outcomes("lint-workflow", options={"lint-workflow": options})
    return text_of(outcomes.get(PATH))


def steps_of(text: str) -> list[dict[str, object]]:
    value = read_yaml(text)
    assert isinstance(value, dict)
    (job,) = value["jobs"].values()
    assert isinstance(job["steps"], list)
    return job["steps"]


def test_the_steps_in_their_order(project: Project) -> None:
    project.write({"Dockerfile": PLAIN})
    text = workflow(project)
    assert text is not None
    told = [str(step.get("uses", step.get("run"))) for step in steps_of(text)]
    expected = [
        "actions/checkout@",
        "hadolint/hadolint-action@",
        "docker build --check .",
        "dfix",
        "docker/setup-buildx-action@",
        "docker/login-action@",
        "docker/login-action@",
        "docker/metadata-action@",
        "docker/build-push-action@",
        "docker/build-push-action@",
    ]
    assert len(told) == len(expected)
    assert all(part in step for part, step in zip(expected, told, strict=True))


@pytest.mark.parametrize("folder", ["1.10", "7", "null", "1e3", "app", "0x10", ".docker"])
def test_a_folder_that_may_be_taken_for_something_else(project: Project, folder: str) -> None:
    project.write({f"{folder}/Dockerfile": "FROM node:22\nCOPY app.js /\n", f"{folder}/app.js": ""})
    text = workflow(project) or ""
    written = re.findall(r"^ +context: (.*)$", text, re.MULTILINE)
    assert written == [folder if folder == "app" else f'"{folder}"'] * 2
    inputs = [step["with"] for step in steps_of(text) if "build-push" in str(step.get("uses"))]
    assert all(isinstance(each, dict) and each["context"] == folder for each in inputs)


def test_each_action_has_a_version(project: Project) -> None:
    project.write({"Dockerfile": PLAIN})
    text = workflow(project) or ""
    used = re.findall(r"uses: (\S+)", text)
    assert len(used) == 9
    assert all(re.fullmatch(r"[\w./-]+@v[0-9]+(?:\.[0-9]+)*", each) for each in used)


def test_only_the_default_branch_is_pushed(project: Project) -> None:
    project.write({"Dockerfile": PLAIN})
    text = workflow(project)
    assert text is not None
    value = read_yaml(text)
    assert isinstance(value, dict)
    assert "default_branch" in value["jobs"]["image"]["env"]["PUSH"]
    inputs = [step for step in steps_of(text) if "build-push" in str(step.get("uses"))]
    build, push = inputs
    assert isinstance(build["with"], dict)
    assert isinstance(push["with"], dict)
    assert ("push" in build["with"], push["with"]["push"]) == (False, "true")
    assert push["if"] == "env.PUSH == 'true'"


def test_signing_and_a_structure_test_are_there_as_comments(project: Project) -> None:
    project.write({"Dockerfile": PLAIN})
    text = workflow(project)
    assert text is not None
    value = read_yaml(text)
    assert "cosign" not in str(value)
    uncommented = re.sub(r"(?m)^( *)# (- name: |  )", r"\1\2", text)
    names = [str(step["name"]) for step in steps_of(uncommented)]
    assert names[-4:] == ["Test the structure", "Push", "Set up signing", "Sign"]


def test_no_expression_reaches_a_shell(project: Project) -> None:
    project.write({"Dockerfile": PLAIN, "api/Dockerfile": "FROM a\nCOPY x .\n", "api/x": ""})
    for step in steps_of(workflow(project) or ""):
        assert "${{" not in str(step.get("run", ""))


def test_several_dockerfiles(project: Project) -> None:
    project.write(
        {
            "Dockerfile": PLAIN,
            "api/Dockerfile": "FROM a\nCOPY x .\n",
            "api/x": "",
            "tests/a/Dockerfile": "FROM a\nCOPY x .\n",
            "web/Dockerfile": "FROM a\nCOPY . .\n",
        }
    )
    (outcome,) = project.outcomes("lint-workflow").values()
    text = text_of(outcome)
    assert text is not None
    value = read_yaml(text)
    assert isinstance(value, dict)
    assert value["jobs"]["image"]["strategy"]["matrix"]["include"] == [
        {"name": "image", "dockerfile": "Dockerfile", "context": "."},
        {"name": "api", "dockerfile": "api/Dockerfile", "context": "api"},
    ]
    assert [note.message for note in outcome.notes if note.status == "refused"] == [
        "web/Dockerfile is not in the workflow"
    ]


def test_one_dockerfile_elsewhere(project: Project) -> None:
    project.write({"api/prod.Dockerfile": "FROM a\nCOPY x .\n", "api/x": ""})
    assert "docker build --check --file api/prod.Dockerfile api\n" in (workflow(project) or "")


def test_the_hub(project: Project) -> None:
    project.write({"Dockerfile": PLAIN})
    text = workflow(project, registry="docker.io") or ""
    assert "ghcr.io" not in text
    assert "images: ${{ vars.DOCKERHUB_USERNAME }}/" in text


def test_once_alone(project: Project) -> None:
    project.write({"Dockerfile": PLAIN})
    project.write({PATH: (workflow(project) or "").encode()})
    assert project.outcomes("lint-workflow", "ci-pulls") == {}


NONE = {
    "an-empty-one": {PATH: ""},
    "another-ending": {PATH.replace(".yml", ".yaml"): "on: push\n"},
}


@pytest.mark.parametrize("files", NONE.values(), ids=NONE.keys())
def test_one_is_there(project: Project, files: dict[str, str]) -> None:
    project.write({"Dockerfile": PLAIN, **files})
    assert project.outcomes("lint-workflow") == {}


DECLINED = {
    "hadolint-already": ({".github/workflows/a.yml": "uses: hadolint/x\n"}, "does so already"),
    "dfix-already": ({".github/workflows/a.yml": "run: dfix --diff\n"}, "does so already"),
    "gitlab": ({".gitlab-ci.yml": "a: {}\n"}, "another one's"),
    "jenkins": ({"Jenkinsfile": "x\n"}, "another one's"),
}


@pytest.mark.parametrize(("files", "reason"), DECLINED.values(), ids=DECLINED.keys())
def test_declined(project: Project, files: dict[str, str], reason: str) -> None:
    project.write({"Dockerfile": PLAIN, **files})
    (outcome,) = project.outcomes("lint-workflow").values()
    assert text_of(outcome) is None
    assert reason in reasons(outcome)[0]


def test_an_unknown_context(project: Project) -> None:
    project.write({"api/Dockerfile": PLAIN})
    (outcome,) = project.outcomes("lint-workflow").values()
    assert text_of(outcome) is None
    assert "--context" in reasons(outcome)[0]


@pytest.mark.parametrize("folder", ["a b", "${{ x }}", 'a"b', "a:b", "ü"])
def test_names_that_a_workflow_must_not_hold(project: Project, folder: str) -> None:
    project.write({f"{folder}/Dockerfile": "FROM a\nCOPY x .\n", f"{folder}/x": "", "Dockerfile": PLAIN})  # fmt: skip
    text = workflow(project)
    assert text is not None
    assert folder not in text


def test_a_link_out_of_the_tree(project: Project) -> None:
    (project.root.parent / "out").mkdir()
    project.write({"Dockerfile": PLAIN, ".github/x": ""})
    (project.root / ".github" / "workflows").symlink_to(project.root.parent / "out")
    (outcome,) = project.outcomes("lint-workflow").values()
    assert text_of(outcome) is None


def test_no_dockerfile_no_workflow(project: Project) -> None:
    project.write({"compose.yaml": "services: {}\n"})
    assert project.outcomes("lint-workflow") == {}
