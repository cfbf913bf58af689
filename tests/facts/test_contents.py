"""What files of an image hold, as far as the build context shows it."""

from pathlib import Path

import pytest

from dfix.facts import Facts
from dfix.facts.contents import program_path, text_of
from dfix.parser import parse
from dfix.surroundings import surroundings_of

CONTEXT = {
    "package.json": "{}",
    "sub/package.json": "sub",
    "run.sh": "#!/bin/sh\n",
    "dist/a.js": "1",
}


def facts_of(text: str, folder: Path) -> Facts:
    for name, content in CONTEXT.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(content)
    (folder / "away.sh").symlink_to("/etc/hostname")
    surroundings = surroundings_of(folder / "Dockerfile", options={}, context=folder)
    return Facts(parse(text.encode()), surroundings)


F = "FROM node:22\nWORKDIR /app\n"
KNOWN = {
    "folder": (F + "COPY . .\n", "/app/package.json", "{}"),
    "file": (F + "COPY package.json .\n", "/app/package.json", "{}"),
    "glob": (F + "COPY package*.json ./\n", "/app/package.json", "{}"),
    "several": (F + "COPY run.sh package.json ./\n", "/app/package.json", "{}"),
    "the-last-one": (F + "COPY . .\nCOPY sub/package.json .\n", "/app/package.json", "sub"),
    "sub-folder": (F + "COPY sub ./\n", "/app/package.json", "sub"),
    "another-place": (F + "COPY . .\nCOPY sub /x\n", "/app/package.json", "{}"),
    "renamed": (F + "COPY run.sh /usr/local/bin/start\n", "/usr/local/bin/start", "#!/bin/sh\n"),
    "add": (F + "ADD run.sh /\n", "/run.sh", "#!/bin/sh\n"),
    "parent": ("FROM node AS a\nCOPY run.sh /\nFROM a\n", "/run.sh", "#!/bin/sh\n"),
    "another-stage": (
        "FROM node AS a\nWORKDIR /b\nCOPY . .\nFROM node\nCOPY --from=a /b /app\n",
        "/app/package.json",
        "{}",
    ),
    "heredoc": ("FROM node\nCOPY <<E /run.sh\n#!/bin/sh\nE\n", "/run.sh", "#!/bin/sh\n"),
    "mode": (
        F + "COPY run.sh /\nRUN chmod +x /run.sh && dos2unix /run.sh\n",
        "/run.sh",
        "#!/bin/sh\n",
    ),
    "line-ends": (F + "COPY run.sh /\nRUN sed -i 's/\\r$//' /run.sh\n", "/run.sh", "#!/bin/sh\n"),
    "copied-elsewhere": (F + "COPY . .\nRUN cp -r dist /srv/www\n", "/app/package.json", "{}"),
}
UNKNOWN = {
    "not-copied": (F, "/app/package.json"),
    "not-there": (F + "COPY . .\n", "/app/none"),
    "link-out": (F + "COPY away.sh /\n", "/away.sh"),
    "variable": (F + "ARG X\nCOPY $X/package.json .\n", "/app/package.json"),
    "image": (F + "COPY --from=nginx /package.json .\n", "/app/package.json"),
    "exclude": (F + "COPY --exclude=*.json . .\n", "/app/package.json"),
    "later-one-not-known": (F + "COPY . .\nCOPY other .\n", "/app/package.json"),
    "changed": (F + "COPY run.sh /\nRUN sed -i 's/a/b/' /run.sh\n", "/run.sh"),
    "written": (F + "COPY run.sh /\nRUN echo x > /run.sh\n", "/run.sh"),
    "written-somewhere": (F + 'COPY run.sh /\nRUN echo x > "$Y"\n', "/run.sh"),
    "generated": (F + "COPY . .\nRUN jq . x | tee package.json\n", "/app/package.json"),
    "overwritten": (F + "COPY . .\nRUN cp -r dist/. .\n", "/app/package.json"),
    "overwritten-after-cd": (F + "COPY . .\nRUN cd dist && mv a ..\n", "/app/package.json"),
    "unpacked": (F + "COPY . .\nRUN tar xf a.tar\n", "/app/package.json"),
    "heredoc-with-variables": ("FROM node\nCOPY <<E /run.sh\n$A\nE\n", "/run.sh"),
    "run-of-another-stage": (
        "FROM node AS a\nCOPY . /b\nRUN touch /b/package.json\nFROM node\nCOPY --from=a /b /app\n",
        "/app/package.json",
    ),
}


@pytest.mark.parametrize(("text", "path", "content"), KNOWN.values(), ids=KNOWN)
def test_known(text: str, path: str, content: str, tmp_path: Path) -> None:
    facts = facts_of(text, tmp_path)
    assert text_of(facts, facts.tree.stages[-1], path) == content


@pytest.mark.parametrize(("text", "path"), UNKNOWN.values(), ids=UNKNOWN)
def test_unknown(text: str, path: str, tmp_path: Path) -> None:
    facts = facts_of(text, tmp_path)
    assert text_of(facts, facts.tree.stages[-1], path) is None


def test_where_a_program_is(tmp_path: Path) -> None:
    facts = facts_of(F + "COPY run.sh /usr/local/bin/\n", tmp_path)
    (stage,) = facts.tree.stages
    assert program_path(facts, stage, "run.sh") == "/usr/local/bin/run.sh"
    assert program_path(facts, stage, "./run.sh") == "/app/run.sh"
    assert program_path(facts, stage, "/bin/../x") == "/x"
    assert program_path(facts, stage, "node") is None
