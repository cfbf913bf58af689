"""Compose services that run the image of another one, and what files set for them."""

from pathlib import Path

import pytest

from dfix.surroundings import surroundings_of

BASE = """\
services:
  web:
    build: .
    image: me/web
    user: "1000"
    volumes: ["a:/a"]
"""
OTHERS = {
    "override": ("compose.override.yaml", "services:\n  web:\n    volumes: ['b:/b']\n", ("/a", "/b")),
    "image": ("compose.prod.yml", "services:\n  job:\n    image: me/web\n    volumes: ['b:/b']\n", ("/b",)),
    "from": ("compose.x.yml", "services:\n  web:\n    volumes_from: [db, c:ro]\n", ("/a", "an unknown place")),
    "extends": (
        "compose.x.yml",
        "services:\n  job:\n    extends: {service: web, file: ./compose.yaml}\n    volumes: ['b:/b']\n",
        ("/a", "/b"),
    ),
}  # fmt: skip
STRANGERS = {
    "another-image": "services:\n  job:\n    image: me/job\n    volumes: ['b:/b']\n",
    "another-service": "services:\n  job:\n    extends: web\n",
    "its-own-build": "services:\n  web:\n    build: other\n    volumes: ['b:/b']\n",
    "no-mapping": "services: [web]\n",
    "no-services": "- web\n",
    "broken": "services: {web: [\n",
}


def services(
    folder: Path, *texts: tuple[str, str]
) -> list[tuple[str, str | None, tuple[str, ...]]]:
    for name, text in (("Dockerfile", "FROM a\n"), ("compose.yaml", BASE), *texts):
        (folder / name).write_text(text)
    found = surroundings_of(folder / "Dockerfile", options={}).services
    return [(each.source, each.user, each.volumes) for each in found]


@pytest.mark.parametrize(("name", "text", "volumes"), OTHERS.values(), ids=OTHERS)
def test_services_that_run_the_image_too(
    tmp_path: Path, name: str, text: str, volumes: tuple[str, ...]
) -> None:
    own, other = services(tmp_path, (name, text))
    assert own == ("compose.yaml", "1000", ("/a",))
    assert other == (name, None if "image:" in text else "1000", volumes)


@pytest.mark.parametrize("text", STRANGERS.values(), ids=STRANGERS)
def test_services_that_do_not(tmp_path: Path, text: str) -> None:
    assert services(tmp_path, ("compose.other.yaml", text))[0] == ("compose.yaml", "1000", ("/a",))
    assert all(volumes == ("/a",) for _, _, volumes in services(tmp_path)[1:])


def test_another_service_of_the_same_file(tmp_path: Path) -> None:
    text = BASE + "  job:\n    extends: web\n    volumes: ['b:/b']\n"
    assert services(tmp_path, ("compose.yaml", text))[1] == ("compose.yaml", "1000", ("/a", "/b"))


def test_nothing_is_read_outside_of_the_tree(tmp_path: Path) -> None:
    tree = tmp_path / "tree"
    tree.mkdir()
    (tmp_path / "a.env").write_text("A=1\n")
    (tree / "b.env").symlink_to("../a.env")
    (tree / "Dockerfile").write_text("FROM a\n")
    (tree / "compose.yaml").write_text(
        f"services:\n  web:\n    build: .\n    env_file: [../a.env, b.env, '{tmp_path}/a.env']\n"
    )
    (tmp_path / "other.yaml").write_text(OTHERS["extends"][1])
    (tree / "compose.x.yaml").symlink_to("../other.yaml")
    (service,) = surroundings_of(tree / "Dockerfile", options={}).services
    assert service.environment == {}


def test_what_files_set(tmp_path: Path) -> None:
    (tmp_path / "a.env").write_text("# B=0\nA=1\nexport B='2'\n\nC\nD=\n")
    (tmp_path / "b.env").write_text("A=3\n")
    text = (
        "services:\n  web:\n    build: .\n    environment: {D: 4}\n"
        "    env_file: [a.env, {path: b.env}, none.env, $X]\n"
    )
    (tmp_path / "Dockerfile").write_text("FROM a\n")
    (tmp_path / "compose.yaml").write_text(text)
    (service,) = surroundings_of(tmp_path / "Dockerfile", options={}).services
    assert service.environment == {"A": "3", "B": "2", "D": "4"}
