"""How the files of a tree run the image of a Dockerfile, and what is built on it."""

import os
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from dfix.facts.services import Service, service_of
from dfix.neighbours.containers import can_tell, containers_of, forget_containers, heirs_of


@pytest.fixture(autouse=True)
def _forget() -> Iterator[None]:
    forget_containers()
    yield
    forget_containers()


def tree(folder: Path, **files: str) -> Path:
    root = folder / "shop"
    for name, text in {"Dockerfile": "FROM node:22\n", ".git/HEAD": "ref: x\n", **files}.items():
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_text(text)
    return root


def services(root: Path, dockerfile: str = "Dockerfile") -> list[Service]:
    found = containers_of(root, root / dockerfile, deep=True)
    return [service_of(each.name, each.source, each.said) for each in found]


CALLS = {
    "volume": ("docker run --rm -v a:/data shop", ("/data",), ()),
    "folder": ("docker run -it -p 80:80 -v $(PWD)/a:/data me/shop:1", (), ("/data",)),
    "several-letters": ("podman run -itv /a:/data shop", (), ("/data",)),
    "joined": ("docker container run --volume=/a:/data shop@sha256:0", (), ("/data",)),
    "mount": ("docker run --mount type=bind,source=/a,target=/data shop", (), ("/data",)),
    "mount-to-read": ("docker run --mount type=bind,source=/a,dst=/data,readonly shop", (), ()),
    "to-read": ("docker run -v /a:/data:ro shop", (), ()),
    "continued": ("docker run \\\n  -e A=1 \\\n  -v /a:/data \\\n  shop", (), ("/data",)),
    "computed-name": ("docker run -v /a:/data $(IMAGE)", (), ("/data",)),
    "of-the-workflow": ("docker run -v ${{ github.workspace }}/a:/data shop", (), ("/data",)),
    "behind-a-build": ("docker build -t x . && docker run -v /a:/data x", (), ("/data",)),
    "none": ("docker run -d --name shop -p 80:80 shop --verbose", (), ()),
}


@pytest.mark.parametrize(("line", "volumes", "binds"), CALLS.values(), ids=CALLS)
def test_calls_of_docker_run(
    tmp_path: Path, line: str, volumes: tuple[str, ...], binds: tuple[str, ...]
) -> None:
    (found,) = services(tree(tmp_path, Makefile=f"run:\n\t{line}\n"))
    assert (found.source, found.name) == ("Makefile", "`docker run`")
    assert (found.volumes, found.binds) == (volumes, binds)


def test_what_a_call_gives(tmp_path: Path) -> None:
    line = "docker run --privileged -u 5 --net=host -e DATA_DIR=/x shop npm run dev > log"
    (found,) = services(tree(tmp_path, **{"run.sh": line}))
    assert (found.privilege, found.user, found.network) == ("privileged", "5", "host")
    assert found.environment == {"DATA_DIR": "/x"}
    assert found.command == "npm run dev"


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("Makefile", "docker run -v /a:/data golangci/golangci-lint run\n"),
        ("Makefile", "docker run --rm\n"),
        ("notes.txt", "docker run -v /a:/data shop\n"),
        ("README.md", "docker run -v /a:/data postgres\n"),
        ("k8s/a.yaml", "containers:\n- image: shop\n  volumeMounts: x\n- y\n"),
        ("k8s/a.yaml", "containers:\n- {{ x }}\n  volumeMounts: []\n"),
    ],
)
def test_what_runs_something_else(tmp_path: Path, name: str, text: str) -> None:
    found = services(tree(tmp_path, **{name: text}))
    assert all(not (each.volumes or each.binds) for each in found)


def test_the_readme_of_the_only_dockerfile(tmp_path: Path) -> None:
    text = "Run `docker run -v /a:/data somebody/something`.\n"
    (found,) = services(tree(tmp_path, **{"README.md": text}))
    assert found.binds == ("/data",)
    assert not services(tree(tmp_path / "b", **{"README.md": text, "b/Dockerfile": "FROM a\n"}))


POD = """\
kind: Deployment
spec:
  template:
    spec:
      securityContext: {%s}
      containers:
      - name: web
        image: registry.example.com/shop:1
        securityContext: {%s}
        volumeMounts:
        - {name: a, mountPath: /a}
        - {name: b, mountPath: /b}
        - {name: c, mountPath: /c, readOnly: true}
      - {name: other, image: postgres, volumeMounts: [{name: a, mountPath: /x}]}
      volumes:
      - {name: a, persistentVolumeClaim: {claimName: a}}
      - {name: b, configMap: {name: b}}
      - {name: c, hostPath: {path: /c}}
"""


def test_pods(tmp_path: Path) -> None:
    (found,) = services(tree(tmp_path, **{"k8s/web.yaml": "---\n" + POD % ("", "")}))
    assert (found.name, found.source, found.volumes) == ("web", "k8s/web.yaml", ("/a",))
    assert (found.user, found.privilege) == (None, "")


@pytest.mark.parametrize(
    ("pod", "container", "volumes", "privilege", "user"),
    [
        ("fsGroup: 5", "", (), "", None),
        ("", "privileged: true", ("/a",), "privileged", None),
        ("", "capabilities: {add: [NET_ADMIN]}", ("/a",), "cap_add", None),
        ("runAsUser: 5", "", ("/a",), "", "5"),
    ],
)
def test_rights_of_pods(
    tmp_path: Path,
    pod: str,
    container: str,
    volumes: tuple[str, ...],
    privilege: str,
    user: str | None,
) -> None:
    (found,) = services(tree(tmp_path, **{"k8s/web.yaml": POD % (pod, container)}))
    assert (found.volumes, found.privilege, found.user) == (volumes, privilege, user)


def test_an_action_of_github(tmp_path: Path) -> None:
    text = "runs:\n  using: 'docker'\n  image: %s\n"
    root = tree(
        tmp_path,
        **{
            "action.yml": text % "Dockerfile",
            "b/action.yaml": text % "Dockerfile",
            "b/Dockerfile": "FROM a\n",
        },
    )
    (found,) = services(root)
    assert (found.source, found.binds) == ("action.yml", ("/github/workspace",))
    (found,) = services(root, "b/Dockerfile")
    assert found.source == "b/action.yaml"
    assert not services(tree(tmp_path / "c", **{"action.yml": text % "docker://x/y"}))


def test_what_is_built_on_it(tmp_path: Path) -> None:
    root = tree(
        tmp_path,
        **{
            "build.sh": "docker build -t me/base .\ndocker build -t me/child child\n",
            "child/Dockerfile": "FROM me/base:1 AS x\nCOPY a b\nRUN c\n",
            "other/Dockerfile": "FROM base2\nRUN c\n",
        },
    )
    assert list(heirs_of(root, root / "Dockerfile", deep=True)) == ["child/Dockerfile"]
    (root / "child/Dockerfile").write_text("FROM me/base\nUSER root\nRUN c\n")
    forget_containers()
    assert not list(heirs_of(root, root / "Dockerfile", deep=True))


def test_a_folder_that_is_not_there(tmp_path: Path) -> None:
    assert not list(containers_of(tmp_path / "x", tmp_path / "x/Dockerfile", deep=False))


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("fly.toml", 'app = "x"\n[mounts]\n  source = "a"\n  destination = "/data"\n'),
        ("render.yaml", "services:\n- type: web\n  disk:\n    name: a\n    mountPath: /data\n"),
    ],
)
def test_disks_of_hosts(tmp_path: Path, name: str, text: str) -> None:
    (found,) = services(tree(tmp_path, **{name: text}))
    assert (found.source, found.volumes) == (name, ("/data",))


@pytest.mark.parametrize(
    ("build", "image", "told"),
    [
        ("", "node:22", False),
        ("", "me/node", True),
        ("docker build -t node node\n", "node", True),
    ],
)
def test_a_folder_that_is_called_like_an_official_image(
    tmp_path: Path, build: str, image: str, told: bool
) -> None:
    root = tree(
        tmp_path,
        **{
            "node/Dockerfile": "FROM debian\n",
            "web/Dockerfile": f"FROM {image}\nRUN a\n",
            "run.sh": f"{build}docker run -v a:/a {image}\n",
        },
    )
    assert list(heirs_of(root, root / "node/Dockerfile", deep=True)) == ["web/Dockerfile"] * told
    assert bool(services(root, "node/Dockerfile")) is told


def test_a_stage_that_is_called_like_a_folder(tmp_path: Path) -> None:
    text = "FROM debian AS app\nFROM app AS test\nRUN a\n"
    root = tree(tmp_path, **{"app/Dockerfile": "FROM debian\n", "web/Dockerfile": text})
    assert not list(heirs_of(root, root / "app/Dockerfile", deep=True))


def test_what_is_no_file_of_the_tree_tells_nothing(tmp_path: Path) -> None:
    root = tree(tmp_path)
    (tmp_path / "run.sh").write_text("docker run -v /a:/data shop\n")
    (root / "run.sh").symlink_to("../run.sh")
    (root / "loop.sh").symlink_to("loop.sh")
    os.mkfifo(root / "pipe.sh")
    (root / "bytes.sh").write_bytes(b"\xff docker run -v /a:/b shop\n")
    assert [each.binds for each in services(root)] == [("/b",)]


def test_too_many_files(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    root = tree(tmp_path, **{"a.sh": "docker run -v /a:/data shop\n"})
    monkeypatch.setattr("dfix.neighbours.containers._CHARACTERS", 30)
    assert not can_tell(root, deep=True)
    assert not services(root)
    assert not list(heirs_of(root, root / "Dockerfile", deep=True))


@pytest.mark.parametrize("text", ["{", "${{", "$(", "`", "docker run ", "docker run '"])
def test_long_texts_take_no_time(tmp_path: Path, text: str) -> None:
    root = tree(tmp_path, **{"a.sh": text * (300_000 // len(text))})
    begin = time.perf_counter()
    services(root)
    assert time.perf_counter() - begin < 5
