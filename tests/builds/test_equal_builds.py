"""Before and after are built for real and compared: what a fix promises of the image must hold."""

from pathlib import Path

import pytest

from dfix import Level, fix
from tests.builds.images import build, builds, run

pytestmark = pytest.mark.builds

#: Each is the same image afterwards: same config, same files, no more layers.
SAME = {
    "E8-like: installs and clean-up": """\
FROM debian:12
RUN apt-get update
RUN apt-get install -y --no-install-recommends tini
# the lists
RUN rm -rf /var/lib/apt/lists/*
""",
    "files that are made, owned and removed": """\
FROM debian:12
WORKDIR /w
RUN mkdir -p a/b && touch a/b/c && echo "x  y" > a/d
RUN chown -R 33:33 a
RUN rm a/b/c; rm -f a/none
RUN chmod 0700 a/b
CMD ["ls"]
""",
    "failure that is handled": """\
FROM debian:12
RUN rm /nope || true
RUN touch /a; rm -rf /b
RUN chmod 600 /a && ln -s /a /c
""",
    "backticks as comments": """\
FROM debian:12
RUN touch /a \\
  `# it is made (first)` \\
  && touch /b
# between
RUN rm /a
""",
    "add-to-copy": """\
FROM debian:12
ADD app.go /src/
ADD . /all
ADD --chown=33:33 sub /sub/
""",
}


@pytest.fixture
def context(tmp_path: Path) -> Path:
    """A small build context."""
    (tmp_path / "app.go").write_text("package main\n")
    (tmp_path / "app").write_text("#!/bin/sh\nid -u\n")
    (tmp_path / "app").chmod(0o755)
    (tmp_path / "sub").mkdir()
    (tmp_path / "sub" / "x.txt").write_text("x\n")
    return tmp_path


@pytest.mark.parametrize("name", SAME)
def test_image_is_the_same(name: str, context: Path) -> None:
    before = SAME[name].encode()
    result = fix(before, select=["merge-runs", "add-to-copy"], context=context)
    assert result.changed, "the example shows nothing"
    old, new = build(before, context), build(result.after, context)
    assert new.config == old.config
    assert old.differences(new) == []
    assert new.layers <= old.layers


def test_a_build_that_fails_still_fails(context: Path) -> None:
    before = b"FROM debian:12\nRUN apt-get isntall -y tini\nRUN rm -rf /var/lib/apt/lists/*\n"
    after = fix(before, level=Level.SAFE).after
    assert after != before
    assert not builds(before, context)
    assert not builds(after, context)


def test_e4_like_runs_as_the_new_user(context: Path) -> None:
    before = b'FROM debian:12\n\nCOPY app /app\n\nENTRYPOINT ["/app"]\n'
    after = fix(before, level=Level.STANDARD, select=["run-as-user"], context=context).after
    assert run(before, context).strip() == "0"
    assert run(after, context).strip() == "10001"
    old, new = build(before, context), build(after, context)
    assert old.config | {"User": "10001:10001"} == new.config
    changed = {line.partition(":")[0] for line in old.differences(new)}
    assert changed <= {
        "etc/passwd", "etc/passwd-", "etc/group", "etc/group-", "etc/shadow", "etc/shadow-",
        "etc/gshadow", "etc/gshadow-", "etc/subuid", "etc/subuid-", "etc/subgid", "etc/subgid-",
        "etc/.pwd.lock", "etc",
    }  # fmt: skip


def test_e1_like_runs_under_tini(context: Path) -> None:
    command = b"open F, '</proc/1/comm'; print <F>"
    before = b'FROM debian:12\nWORKDIR /x\n\nCOPY app /app\n\nCMD ["perl", "-e", "%s"]\n' % command
    after = fix(before, level=Level.STANDARD, select=["init-process"], context=context).after
    assert run(before, context).strip() == "perl"
    assert run(after, context).strip() == "tini"
    old, new = build(before, context), build(after, context)
    assert new.config["Entrypoint"] == ["/usr/bin/tini", "--"]
    assert new.config["Cmd"] == old.config["Cmd"]
