"""A skeleton of a structure test, on request."""

import pytest

from dfix.documents import read_yaml
from tests.neighbours.conftest import Project, text_of

ASKED = {"structure-test": {"write": "yes"}}


def skeleton(project: Project, text: str) -> object:
    project.write({"Dockerfile": text})
    outcome = project.outcomes("structure-test", options=ASKED).get("container-structure-test.yaml")
    written = text_of(outcome)
    return None if written is None else read_yaml(written)


def test_only_on_request(project: Project) -> None:
    project.write({"Dockerfile": "FROM a\nUSER 1\n"})
    assert project.outcomes("structure-test") == {}


def test_what_the_file_says(project: Project) -> None:
    text = (
        "FROM a AS b\nUSER root\nFROM a\nWORKDIR /app\nRUN x\nCOPY app.py *.txt lib README.md ./\n"
        'EXPOSE 80 443/tcp\nUSER 10001\nENTRYPOINT ["/app/run", "a b"]\nCMD ["-x"]\n'
    )
    assert skeleton(project, text) == {
        "schemaVersion": "2.0.0",
        "metadataTest": {
            "user": "10001",
            "workdir": "/app",
            "exposedPorts": ["80", "443"],
            "entrypoint": ["/app/run", "a b"],
            "cmd": ["-x"],
        },
        "fileExistenceTests": [
            {"name": "/app/app.py", "path": "/app/app.py", "shouldExist": "true"},
            {"name": "/app/README.md", "path": "/app/README.md", "shouldExist": "true"},
        ],
    }


@pytest.mark.parametrize(
    "text",
    [
        "FROM a\nRUN x\n",
        "FROM a\nARG U\nUSER $U\n",
        "FROM a\nARG P\nEXPOSE 80 $P\n",
        "FROM a\nCOPY a.py /x/\nRUN rm -r /x\n",
        "FROM a\nCOPY a.py /x\n",
    ],
)
def test_what_is_not_known_is_not_tested(project: Project, text: str) -> None:
    assert skeleton(project, text) is None


def test_ports_are_those_of_the_image(project: Project) -> None:
    text = "FROM a\nEXPOSE 8000-8002/tcp 53/udp 53/tcp\n"
    told = skeleton(project, text)
    assert told == {
        "schemaVersion": "2.0.0",
        "metadataTest": {"exposedPorts": ["53", "8000", "8001", "8002"]},
    }
    assert skeleton(project, "FROM a\nEXPOSE 80 8000-9000\n") is None


def test_an_existing_one_stays(project: Project) -> None:
    project.write({"Dockerfile": "FROM a\nUSER 1\n", "container-structure-test.yaml": "x\n"})
    assert project.outcomes("structure-test", options=ASKED) == {}


def test_one_for_each_dockerfile(project: Project) -> None:
    project.write({"Dockerfile.dev": "FROM a\nUSER 1\n", "web.Dockerfile": "FROM a\nUSER 1\n"})
    assert set(project.outcomes("structure-test", options=ASKED)) == {
        "container-structure-test.dev.yaml",
        "container-structure-test.web.yaml",
    }
