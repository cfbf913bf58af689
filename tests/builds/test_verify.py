"""`dfix verify` with real builders: the same verdicts by Docker, Buildah and Podman."""

import json
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.builds.images import docker
from tests.builds.stand_ins import made, tagged

pytestmark = pytest.mark.builds

ROOT = Path(__file__).parent.parent.parent
#: What the pinned tag of `node:alpine` begins with is up to the table of tags.
_NODE = "node:alpine"
#: Stands for node's image on Alpine: the programs that the example calls, as far as files go.
_STAND_IN = r"""
FROM busybox:1.35
RUN mkdir -p /usr/bin /sbin /usr/local/bin /home/node && chown 1000:1000 /home/node \
 && echo 'node:x:1000:1000::/home/node:/bin/sh' >> /etc/passwd \
 && echo 'node:x:1000:' >> /etc/group \
 && printf '#!/bin/sh\ncase "$*" in add*tini*) : > /sbin/tini; chmod 755 /sbin/tini;; esac\n' \
    > /sbin/apk \
 && printf '#!/bin/sh\nmkdir -p node_modules; cp package.json node_modules/a\n' \
    > /usr/local/bin/npm \
 && printf '#!/bin/sh\necho "$@"\n' > /usr/local/bin/node \
 && chmod 755 /sbin/apk /usr/local/bin/npm /usr/local/bin/node
CMD ["node"]
"""


@dataclass(frozen=True, slots=True)
class Engine:
    """A builder with the words that it needs here."""

    name: str
    folder: Path
    words: tuple[str, ...]
    before: tuple[str, ...] = ()

    def verify(self, *words: str, cwd: Path) -> subprocess.CompletedProcess[str]:
        """A call of `dfix verify`; what the builder is called with is written down."""
        shims, calls = self.folder / "shims", self.folder / "calls"
        shims.mkdir(exist_ok=True)
        calls.unlink(missing_ok=True)
        shim = shims / self.name
        shim.write_text(f'#!/bin/sh\necho "$@" >> {calls}\nexec {shutil.which(self.name)} "$@"\n')
        shim.chmod(0o755)
        return subprocess.run(
            [
                sys.executable, "-m", "dfix", "verify", "--builder", self.name, *self.words,
                "--no-color", *words,
            ],
            cwd=cwd,
            env={**os.environ, "PATH": f"{shims}{os.pathsep}{os.environ['PATH']}"},
            capture_output=True,
            text=True,
            check=False,
            timeout=900,
        )  # fmt: skip

    def left(self) -> list[str]:
        """What is still there of the images and containers of the last call."""
        calls = (self.folder / "calls").read_text()
        tags = set(re.findall(r"dfix-verify-[0-9a-f]{16}", calls))
        assert tags, calls
        if self.name == "docker":
            return [tag for tag in tags if docker("image", "ls", "--quiet", "--all", tag).strip()]
        containers = ("containers", "--all") if self.name == "buildah" else ("ps", "--external")
        images, working = (
            subprocess.run(
                [self.name, *self.before, *what], capture_output=True, text=True, check=True
            ).stdout
            for what in (("images", "--all"), containers)
        )
        assert len(working.splitlines()) == 1, "the storage is this suite's alone"
        return [tag for tag in tags if tag in images]


@pytest.fixture(scope="module")
def images(engine: None) -> Iterator[tuple[str, ...]]:
    """The bases of the examples, of which some stand for others."""
    from dfix import fix

    pinned = fix(f"FROM {_NODE}\n", select=["pin-base-image"]).after.decode().split()[1]
    with ExitStack() as stack:
        stack.enter_context(tagged("debian:12", "debian:12-slim"))
        stack.enter_context(made("dfix-test-node:1", _STAND_IN.encode()))
        stack.enter_context(tagged("dfix-test-node:1", _NODE, pinned))
        yield ("debian:12", "debian:12-slim", "busybox:1.35", _NODE, pinned)


@pytest.fixture(scope="module", params=["docker", "buildah", "podman"])
def builder(
    request: pytest.FixtureRequest,
    images: tuple[str, ...],
    tmp_path_factory: pytest.TempPathFactory,
) -> Engine:
    """Each of the builders, with the images."""
    if request.param == "docker":
        folder = tmp_path_factory.mktemp("docker")
        return Engine("docker", folder, ("--build-option=--network=host",))
    name = str(request.param)
    if shutil.which(name) is None:
        pytest.skip(f"{name.upper()} IS NOT TESTED: it is not on the PATH")
    folder = tmp_path_factory.mktemp(name)
    storage = (
        f"--root={folder}/root", f"--runroot={folder}/run", "--storage-driver=vfs",
    )  # fmt: skip

    def ask(*words: str) -> None:
        subprocess.run([name, *storage, *words], check=True, capture_output=True)

    archive = folder / "image.tar"
    for image in images:
        docker("image", "save", "--output", str(archive), image)
        if name == "buildah":
            ask("pull", "--quiet", f"docker-archive:{archive}")
            ask("tag", f"localhost/{image}", f"docker.io/library/{image}")
        else:
            ask("load", "--quiet", "--input", str(archive))
        archive.unlink()
    words = (*(f"--builder-option={word}" for word in storage), "--build-option=--isolation=chroot")
    return Engine(name, folder, words, storage)


def _shop(folder: Path) -> Path:
    shutil.copytree(ROOT / "examples" / "shop", folder / "shop")
    return folder / "shop"


@pytest.mark.parametrize("level", ["safe", "standard", "aggressive"])
def test_the_example(level: str, builder: Engine, tmp_path: Path) -> None:
    shop = _shop(tmp_path)
    done = builder.verify("--level", level, "--format", "json", cwd=shop)
    assert done.stdout, done.stderr
    assert {each["path"]: each["verdict"] for each in json.loads(done.stdout)["files"]} == {
        str(Path("api", "Dockerfile")): "kept",
        str(Path("web", "Dockerfile")): "kept",
    }
    assert done.returncode == 0
    assert builder.left() == []


def test_an_extra_file_is_named(builder: Engine, tmp_path: Path) -> None:
    shop = _shop(tmp_path)
    web = shop / "web" / "Dockerfile"
    fixed = subprocess.run(
        [sys.executable, "-m", "dfix", "--quiet", "-"],
        input=web.read_bytes(),
        capture_output=True,
        check=True,
    ).stdout
    (tmp_path / "altered").write_bytes(fixed + b"RUN touch /srv/extra\n")
    done = builder.verify("web/Dockerfile", "--against", str(tmp_path / "altered"), cwd=shop)
    assert done.returncode == 1
    [line] = [line for line in done.stdout.splitlines() if "nothing allows this" in line]
    assert line.split()[0] == "/srv/extra"
    assert builder.left() == []


@pytest.mark.parametrize(
    ("more", "named"),
    [
        ("RUN chmod 0700 /srv", "/srv"),
        ("RUN chown 7 /opt/a", "/opt/a"),
        ("RUN ln -sf /y /opt/link", "/opt/link"),
        ("RUN rm /opt/b && cp /opt/a /opt/b", "/opt/a"),
        ("RUN rm -rf /opt/sub", "/opt/sub"),
        ("ENV A=2", "Env.A"),
        ("STOPSIGNAL SIGINT", "StopSignal"),
        ("HEALTHCHECK CMD true", "Healthcheck"),
        ('SHELL ["/bin/bash", "-c"]', "Shell"),
        ("ONBUILD RUN true", "OnBuild"),
        ("LABEL k=v", "Labels.k"),
        ("EXPOSE 80", "ExposedPorts"),
        ("VOLUME /data", "Volumes"),
        ("USER 7", "User"),
    ],
)
def test_each_difference_is_seen(more: str, named: str, builder: Engine, tmp_path: Path) -> None:
    text = (
        "FROM busybox:1.35\nENV A=1\n"
        "RUN mkdir -p /srv /opt/sub && echo a > /opt/a && ln /opt/a /opt/b && ln -s /x /opt/link\n"
    )
    (tmp_path / "Dockerfile").write_text(text)
    (tmp_path / "other").write_text(f"{text}{more}\n")
    done = builder.verify(
        "Dockerfile", "--level", "safe", "--against", "other", "--format", "json", cwd=tmp_path
    )
    assert done.returncode == 1, done.stderr
    [file] = json.loads(done.stdout)["files"]
    found = [f"/{each['path']}" for each in file["tree"] if not each["allowed"]]
    found += [each["key"] for each in file["config"] if not each["allowed"]]
    assert named in found


def test_a_build_that_fails_before(builder: Engine, tmp_path: Path) -> None:
    (tmp_path / "Dockerfile").write_text("from busybox:1.35\nRUN touch /a\nRUN false\n")
    done = builder.verify(cwd=tmp_path)
    assert done.returncode == 2
    assert "nothing is claimed" in done.stdout
    assert builder.left() == []


def test_a_limit_of_time(builder: Engine, tmp_path: Path) -> None:
    (tmp_path / "Dockerfile").write_text("from busybox:1.35\nRUN sleep 61\nRUN touch /a\n")
    done = builder.verify("--timeout", "3", cwd=tmp_path)
    assert done.returncode == 2
    assert "took more than 3 seconds" in done.stdout
    assert builder.left() == []
    assert not _running("sleep 61")


def test_ignore_files_are_the_builders_business(builder: Engine, tmp_path: Path) -> None:
    (tmp_path / "Dockerfile").write_text("from busybox:1.35\nCOPY . /srv\nRUN test ! -e /srv/out\n")
    (tmp_path / ".dockerignore").write_text("out\n")
    (tmp_path / "out").write_text("x")
    done = builder.verify(cwd=tmp_path)
    assert done.returncode == 0, done.stdout


def test_no_network(tmp_path: Path, tmp_path_factory: pytest.TempPathFactory, engine: None) -> None:
    text = "from busybox:1.35\nRUN ip addr | grep -c '^[0-9]' | grep -qx 1\n"
    (tmp_path / "Dockerfile").write_text(text)
    docker_alone = Engine("docker", tmp_path_factory.mktemp("docker"), ())
    assert docker_alone.verify("--no-network", cwd=tmp_path).returncode == 0


def _running(text: str) -> bool:
    return any(
        text in (folder / "cmdline").read_bytes().replace(b"\0", b" ").decode()
        for folder in Path("/proc").iterdir()
        if folder.name.isdecimal() and folder.name != str(os.getpid())
        if (folder / "cmdline").exists()
    )
