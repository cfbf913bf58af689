"""What is known beside a file, found out when it is asked for."""

from pathlib import Path

import pytest

from dfix.facts.services import Service
from dfix.image import ImageReference
from dfix.resolve.tags import Pin
from dfix.surroundings import EmbeddedImages, LateEvidence, surroundings_of


def _image(text: str) -> ImageReference:
    image = ImageReference.parse(text)
    assert image is not None
    return image


def test_nothing_is_known_of_a_private_image() -> None:
    image = _image("registry.example.com/team/app")
    images = EmbeddedImages()
    assert images.base_facts(image) is None
    assert images.pin(image, "minor").tag is None


def test_images_from_the_tables() -> None:
    images = EmbeddedImages()
    facts = images.base_facts(_image("alpine"))
    assert facts is not None
    assert facts.package_manager == "apk"
    assert isinstance(images.pin(_image("alpine"), "minor"), Pin)
    with pytest.raises(ValueError, match="daily"):
        images.pin(_image("alpine"), "daily")


def test_evidence_is_gathered_late(tmp_path: Path) -> None:
    evidence = LateEvidence(tmp_path / "Dockerfile", context=None, root=None)
    (tmp_path / "app").write_bytes(b"#!/bin/sh\n")
    (tmp_path / "app").chmod(0o755)
    (tmp_path / "src").mkdir()
    assert evidence.kind("app", level_is_safe=False) == "file"
    assert evidence.kind("src", level_is_safe=False) == "directory"
    assert evidence.kind("*", level_is_safe=False) == "unknown"
    assert evidence.mode("app", level_is_safe=False) == 0o755
    assert evidence.text("app", level_is_safe=False) == "#!/bin/sh\n"
    assert evidence.text("app", level_is_safe=False, limit=4) is None
    assert evidence.text("app", level_is_safe=True) is None
    assert evidence.text("src", level_is_safe=False) is None
    assert evidence.kind("app", level_is_safe=True) == "unknown"
    named = LateEvidence(tmp_path / "Dockerfile", context=tmp_path, root=None)
    assert named.kind("app", level_is_safe=True) == "file"


def test_no_context(tmp_path: Path) -> None:
    file = tmp_path / "Dockerfile"
    assert surroundings_of(file, options={}, has_context=False).evidence is None
    assert surroundings_of(file, options={}).evidence is not None
    named = surroundings_of(file, options={}, has_context=False, context=tmp_path)
    assert named.evidence is not None


COMPOSE = """services:
  api:
    build:
      context: .
      additional_contexts:
        node: docker-image://node:20
"""


def test_overridden_names(tmp_path: Path) -> None:
    (tmp_path / "sub").mkdir()
    (tmp_path / "compose.yaml").write_text(COMPOSE)
    beside, below = tmp_path / "Dockerfile", tmp_path / "sub" / "Dockerfile"
    assert surroundings_of(beside, options={}).overridden == {"node"}
    assert surroundings_of(below, options={}).overridden == frozenset()
    assert surroundings_of(below, options={}, root=tmp_path).overridden == {"node"}
    (tmp_path / ".git").mkdir()
    assert surroundings_of(below, options={}).overridden == {"node"}


def test_overridden_names_by_a_script_beside(tmp_path: Path) -> None:
    (tmp_path / "Makefile").write_text("all:\n\tdocker build --build-context node=x .\n")
    assert surroundings_of(tmp_path / "Dockerfile", options={}).overridden == {"node"}
    missing = tmp_path / "none" / "Dockerfile"
    assert surroundings_of(missing, options={}).overridden == frozenset()


SERVICES = """\
services:
  web:
    build: .
    init: true
    user: "1000:1000"
    network_mode: host
    command: [run]
  job:
    build: .
    user: $USER
  db:
    image: postgres
"""


MOUNTS = """\
services:
  a:
    build: .
    privileged: true
    environment: [DATA_DIR=/x, DEBUG]
    volumes:
      - data:/data
      - /anonymous
      - ./x:/x
      - ${HOST:-.}:/y:cached
      - ./conf:/conf:ro
      - type: bind
        source: /z
        target: /z
      - type: volume
        source: v
        target: /v
        read_only: true
      - type: tmpfs
        target: /t
  b:
    build: .
    pid: host
    cap_add: [NET_ADMIN]
    environment: {A: b, C: null}
"""


def test_what_services_mount_and_may_do(tmp_path: Path) -> None:
    (tmp_path / "Dockerfile").write_bytes(b"FROM a\n")
    (tmp_path / "compose.yaml").write_text(MOUNTS)
    first, second = surroundings_of(tmp_path / "Dockerfile", options={}).services
    assert first.volumes == ("/data", "/anonymous")
    assert first.binds == ("/x", "/y", "/z")
    assert first.privilege == "privileged"
    assert first.environment == {"DATA_DIR": "/x", "DEBUG": ""}
    assert (second.volumes, second.binds, second.privilege) == ((), (), "cap_add")
    assert second.environment == {"A": "b", "C": ""}


def test_the_services_that_are_built_from_a_file(tmp_path: Path) -> None:
    (tmp_path / "Dockerfile").write_bytes(b"FROM a\n")
    (tmp_path / "compose.yaml").write_text(SERVICES)
    found = surroundings_of(tmp_path / "Dockerfile", options={}).services
    assert found == (
        Service("web", "compose.yaml", True, "1000:1000", "host", True, command="run"),
        Service("job", "compose.yaml"),
    )
    assert surroundings_of(tmp_path / "other.Dockerfile", options={}).services == ()


@pytest.mark.parametrize(("user", "told"), [("", True), (', "remoteUser": "node"', False)])
def test_an_editor_in_the_container(tmp_path: Path, user: str, told: bool) -> None:
    (tmp_path / ".git").mkdir()
    (tmp_path / "Dockerfile").write_bytes(b"FROM a\n")
    (tmp_path / "devcontainer.json").write_text(
        f'{{"build": {{"dockerfile": "Dockerfile"}}{user}}}'
    )
    containers = surroundings_of(tmp_path / "Dockerfile", options={}).containers
    assert containers is not None
    answer = containers()
    assert answer is not None
    found, heirs = answer
    assert [each.binds for each in found] == ([("/workspaces",)] if told else [])
    assert heirs == ()
