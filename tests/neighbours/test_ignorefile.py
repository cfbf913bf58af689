"""`.dockerignore` is created and completed, and never names what a build needs."""

import time

import pytest

from dfix.fixer import Level
from dfix.neighbours.readers import _takes_in, mentions
from tests.neighbours.conftest import Project, reasons, text_of

ALL = ".env.example\n.gitignore\nREADME.md\n"
FILES = {".env.example": "A=1\n", ".gitignore": "*.log\n", "README.md": "# x\n", "app.js": "x()\n"}
PLAIN = "FROM node:22\nWORKDIR /app\nCOPY . .\nCMD node app.js\n"


def ignore(project: Project, **options: str) -> str | None:
    outcomes = project.outcomes("dockerignore", options={"dockerignore": options})
    return text_of(outcomes.get(".dockerignore"))


def test_a_new_file(project: Project) -> None:
    project.write({**FILES, "Dockerfile": PLAIN})
    assert ignore(project) == ALL


LEFT_OUT = {
    "copied-by-name": ("COPY README.md /", {}, "README.md"),
    "copied-with-a-dot": ("COPY ./README.md /", {}, "README.md"),
    "copied-from-the-root": ("COPY /README.md /", {}, "README.md"),
    "copied-as-json": ('COPY ["README.md", "/x/"]', {}, "README.md"),
    "added": ("ADD README.md /", {}, "README.md"),
    "copied-by-glob": ("COPY *.md /", {}, "README.md"),
    "copied-by-class": ("COPY [R]EADME.?d /", {}, "README.md"),
    "copied-from-below": ("COPY x/../README.md /", {}, "README.md"),
    "copied-by-env": ("ENV F=README.md\nCOPY $F /", {}, "README.md"),
    "mounted": ("RUN --mount=type=bind,source=README.md,target=/r cat /r", {}, "README.md"),
    "mounted-by-default-type": ("RUN --mount=src=README.md,dst=/r cat /r", {}, "README.md"),
    "run": ("COPY . .\nRUN cp .env.example .env", {}, ".env.example"),
    "run-by-php": ("COPY . .\nRUN php -r \"copy('.env.example', '.env');\"", {}, ".env.example"),
    "triggered": ("ONBUILD COPY README.md /", {}, "README.md"),
    "pyproject": ("COPY . .", {"pyproject.toml": '[project]\nreadme = "README.md"\n'}, "README.md"),
    "pyproject-mounted": (
        "RUN --mount=type=bind,target=. pip install .",
        {"pyproject.toml": '[project]\nreadme = "README.md"\n'},
        "README.md",
    ),
    "setup-py": ("COPY . .", {"setup.py": "setup(long_description=read('README'))"}, "README.md"),
    "setup-cfg": ("COPY . .", {"setup.cfg": "long_description = file: README.md\n"}, "README.md"),
    "cargo": ("COPY . .", {"Cargo.toml": 'readme = "README.md"\n'}, "README.md"),
    "rust": ("COPY . .", {"lib.rs": '#![doc = include_str!("../README.md")]\n'}, "README.md"),
    "go": ("COPY . .", {"x/a.go": "//go:embed README.md\nvar s string\n"}, "README.md"),
    "embedded by a pattern": ("COPY . /src", {"a.go": "//go:embed docs *.md\nvar a b"}, "README.md"),
    "example that is read by default": (
        "COPY . /app",
        {"package.json": '{"dependencies": {"dotenv-safe": "9"}}'},
        ".env.example",
    ),
    "docsify": ("COPY . /usr/share", {"index.html": '<script src="docsify.js">'}, "README.md"),
    "entrypoint": ("COPY . .", {"run.sh": "#!/bin/sh\ncp .env.example .env\n"}, ".env.example"),
    "composer": ("COPY . .", {"composer.json": "{\"x\": \"copy('.env.example')\"}"}, ".env.example"),
    "eslint": ("COPY . .", {"package.json": "eslint --ignore-path .gitignore"}, ".gitignore"),
    "included by reStructuredText": ("COPY . .", {"d/a.rst": ".. include:: ../README.md\n"}, "README.md"),
    "included by MyST": ("COPY . .", {"d/a.md": "```{include} ../README.md\n```\n"}, "README.md"),
    "included by MkDocs": ("COPY . .", {"d/a.md": '{% include-markdown "../README.md" %}\n'}, "README.md"),
    "a snippet": ("COPY . .", {"d/a.md": '--8<-- "README.md"\n'}, "README.md"),
    "a chapter": ("COPY . .", {"d/SUMMARY.md": "- [A](../README.md)\n"}, "README.md"),
    "imported": ("COPY . .", {"d/a.mdx": "import A from '../README.md'\n"}, "README.md"),
    "a pattern": ("COPY . .\nRUN rm *.md", {}, "README.md"),
    "a pattern below": ("COPY . /app\nRUN mv /app/READ* /doc/", {}, "README.md"),
    "a pattern in braces": ("COPY . .\nRUN cp .env{.example,}", {}, ".env.example"),
    "a pattern of a class": ("COPY . .\nRUN cat [A-Z]*.md", {}, "README.md"),
    "a pattern of a script": ("COPY . .", {"a.sh": "cp .env.* .env\n"}, ".env.example"),
    "tailwind": ("COPY . .", {"package.json": '{"@tailwindcss/vite": "^4"}'}, ".gitignore"),
    "tailwind-by-its-style": ("COPY . .", {"a.css": '@import "tailwindcss";\n'}, ".gitignore"),
    "scikit-build": ("COPY . .", {"pyproject.toml": 'requires = ["scikit-build-core"]'}, ".gitignore"),
    "packed": ("COPY . .\nRUN npm pack", {}, ".gitignore"),
    "biome": ("COPY . .", {"biome.json": '{"vcs": {"useIgnoreFile": true}}'}, ".gitignore"),
}  # fmt: skip


@pytest.mark.parametrize(("line", "files", "kept"), LEFT_OUT.values(), ids=LEFT_OUT.keys())
def test_what_a_build_needs_is_left_out(
    project: Project, line: str, files: dict[str, str], kept: str
) -> None:
    project.write({**FILES, **files, "Dockerfile": f"FROM node:22\n{line}\n"})
    assert ignore(project) == ALL.replace(f"{kept}\n", "")


NOT_NEEDED = {
    "a-folder": ("COPY src/ /src/", {}),
    "another-folder's": ("COPY docs/README.md /", {"docs/README.md": "x"}),
    "a-stage's": ("COPY --from=0 README.md /x/", {}),
    "a-stage's-mount": ("RUN --mount=from=0,source=README.md,target=/r cat /r", {}),
    "a-cache": ("RUN --mount=type=cache,target=README.md true", {}),
    "fetched": ("ADD https://example.com/README.md /", {}),
    "a-heredoc": ("COPY <<E README.md\nx\nE", {}),
    "a-comment": ("COPY . .\n# see README.md", {}),
    "a-comment-of-a-script": ("COPY . .", {"a.sh": "  # see README.md and .gitignore\n"}),
    "documentation": ("COPY . .", {"docs/a.md": "README.md\n", "LICENSE": "README.md"}),
    "documentation-that-links": ("COPY . .", {"docs/a.md": "We include [it](../README.md)\n"}),
    "another pattern": ("COPY . .\nRUN rm -rf /var/lib/apt/lists/* *.txt ${A:-*} [ {} $(b)", {}),
    "a pattern of a configuration": ("COPY . .", {"package.json": '{"x": {"*.md": "prettier"}}'}),
    "a-workflow": ("COPY . .", {".github/workflows/a.yml": "paths: README.md\n"}),
}


@pytest.mark.parametrize(("line", "files"), NOT_NEEDED.values(), ids=NOT_NEEDED.keys())
def test_what_no_build_needs_is_ignored(project: Project, line: str, files: dict[str, str]) -> None:
    project.write({**FILES, **files, "Dockerfile": f"FROM node:22\n{line}\n"})
    assert ignore(project) == ALL


DECLINED = {
    "a-variable": ({"Dockerfile": "FROM a\nARG F\nCOPY $F /\n"}, "takes a variable"),
    "a-default": ({"Dockerfile": "FROM a\nARG F=app.js\nCOPY ${F} /\n"}, "takes a variable"),
    "a-template-beside": (
        {"Dockerfile": PLAIN, "Dockerfile.j2": "FROM a\nCOPY {{ x }} /\n"},
        "cannot be read: template",
    ),
    "a-broken-one-beside": (
        {"Dockerfile": PLAIN, "Dockerfile.b": "FROM a\nFRON b\n"},
        "is no Dockerfile that can be read",
    ),
    "podman's": ({"Dockerfile": PLAIN, ".containerignore": "x\n"}, ".containerignore"),
    "no-pattern": ({"Dockerfile": PLAIN, ".dockerignore": "[\n"}, "cannot be read"),
    "an-additional-context": (
        {
            "Dockerfile": PLAIN,
            "b/Dockerfile": "FROM a\nCOPY --from=top README.md /\n",
            "compose.yaml": "services:\n  b:\n    build:\n      context: b\n"
            "      additional_contexts:\n        top: .\n",
        },
        "additional context",
    ),
}


TAKEN = {
    "compose-inline": (
        {
            "compose.yaml": "services:\n  b:\n    build:\n      context: .\n      dockerfile_inline: |\n"
            "        FROM a\n        COPY README.md /\n"
        },
        "compose.yaml builds from it by no Dockerfile",
    ),
    "compose-inline-somewhere": (
        {
            "compose.yaml": "services:\n  b:\n    build:\n      context: $C\n"
            "      dockerfile_inline: FROM a\n"
        },
        "compose.yaml builds from it by no Dockerfile",
    ),
    "compose-of-what-is-made": (
        {"compose.yaml": "services: {b: {build: {context: ., dockerfile: made/Dockerfile}}}\n"},
        "compose.yaml builds from it by no Dockerfile",
    ),
    "bake-inline": (
        {"docker-bake.hcl": 'target "a" {\n  dockerfile-inline = "FROM a"\n}\n'},
        "docker-bake.hcl builds from it by no Dockerfile",
    ),
    "bake-context": (
        {
            "docker-bake.hcl": 'target "a" {\n  context = "b"\n  dockerfile-inline = "FROM a"\n'
            '  contexts = { top = "." }\n}\n'
        },
        "docker-bake.hcl names it as an additional context",
    ),
    "within-a-script": (
        {"b.sh": "docker build -f - . <<E\n  FROM a\n  COPY README.md /\nE\n"},
        "b.sh may hold a Dockerfile of its own",
    ),
    "script-context": (
        {"ci/b.sh": "docker build --build-context top=.. b\n"},
        "b.sh may name it as an additional context",
    ),
    "script-context-from-the-root": (
        {"ci/b.sh": "docker build --build-context top=. b\n"},
        "b.sh may name it as an additional context",
    ),
    "computed-context": (
        {"ci/b.sh": 'docker build --build-context "top=$PWD" b\n'},
        "b.sh may name it as an additional context",
    ),
    "workflow-context": (
        {".github/workflows/a.yml": "      with:\n        build-contexts: top=.\n"},
        "a.yml may name it as an additional context",
    ),
}


@pytest.mark.parametrize(("files", "reason"), TAKEN.values(), ids=TAKEN.keys())
def test_what_other_builds_take_is_not_known(
    project: Project, files: dict[str, str], reason: str
) -> None:
    project.write({**FILES, **files, "Dockerfile": "FROM a\nCOPY app.js /\n"})
    outcome = project.outcomes("dockerignore")[".dockerignore"]
    assert text_of(outcome) is None
    assert any(reason in each for each in reasons(outcome)), reasons(outcome)


ELSEWHERE = {
    "another-folder": {"ci/b.sh": "docker build --build-context top=src b\n"},
    "an-image": {"ci/b.sh": "docker build --build-context top=docker-image://a:$V b\n"},
    "inline-elsewhere": {
        "compose.yaml": "services: {b: {build: {context: b, dockerfile_inline: FROM a}}}\n"
    },
}


@pytest.mark.parametrize("files", ELSEWHERE.values(), ids=ELSEWHERE.keys())
def test_what_other_builds_take_elsewhere(project: Project, files: dict[str, str]) -> None:
    project.write({**FILES, **files, "Dockerfile": "FROM a\nCOPY app.js /\n"})
    assert ignore(project) == ALL


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("Makefile", "all:\n\tdocker build -f image.docker .\n"),
        ("ci/build.sh", "docker build \\\n  --file=../image.docker ..\n"),
        (".github/workflows/a.yml", "      with:\n        file: ./image.docker # build\n"),
        ("ci.yml", "args: [build, -f, image.docker, .]\n"),
    ],
)
def test_a_dockerfile_that_only_a_caller_knows(project: Project, name: str, text: str) -> None:
    project.write({**FILES, name: text, "Dockerfile": "FROM a\nCOPY app.js /\n"})
    project.write({"image.docker": "FROM a\nCOPY README.md /\n"})
    assert ignore(project) == ALL.replace("README.md\n", "")
    project.write({"image.docker": "It is no Dockerfile: COPY README.md\n"})
    assert ignore(project) == ALL


GIT = {
    "go": ("COPY . .\nRUN go build .", {}, False),
    "scm": ("COPY . .", {"pyproject.toml": "[tool.setuptools_scm]\n"}, False),
    "script": ("COPY . .", {"v.sh": "git describe --dirty > v\n"}, False),
    "a part alone": ("COPY app.js .\nRUN go build .", {}, True),
    "no question": ("COPY . .\nRUN git rev-parse HEAD", {}, True),
    "without the repository": ("COPY . .\nRUN go build .", {".dockerignore": ".git\n"}, True),
    "without some file": ("COPY . .\nRUN go build .", {".dockerignore": "app.js\n"}, True),
}


@pytest.mark.parametrize("case", GIT)
def test_a_file_that_git_would_miss(project: Project, case: str) -> None:
    line, files, expected = GIT[case]
    (project.root / ".git").mkdir()
    project.write({**FILES, **files, "Dockerfile": f"FROM golang:1\n{line}\n"})
    assert (ALL in (ignore(project) or "")) is expected
    if not expected:
        assert "may ask git" in reasons(project.outcomes("dockerignore")[".dockerignore"])[0]


@pytest.mark.parametrize("name", [".env.example", "README.md", ".gitignore"])
def test_what_a_link_leads_to_is_needed(project: Project, name: str) -> None:
    project.write({**FILES, "Dockerfile": PLAIN, "docs/a": "x\n"})
    (project.root / "docs/index.md").symlink_to(f"../{name}")
    assert ignore(project) == ALL.replace(f"{name}\n", "")


@pytest.mark.parametrize(("files", "reason"), DECLINED.values(), ids=DECLINED.keys())
def test_declined(project: Project, files: dict[str, str], reason: str) -> None:
    project.write({**FILES, **files})
    outcome = project.outcomes("dockerignore", handled=("Dockerfile",))[".dockerignore"]
    assert text_of(outcome) is None
    assert any(reason in each for each in reasons(outcome)), reasons(outcome)


APPENDED = {
    "one-line": ("node_modules\n", "node_modules\n" + ALL),
    "no-final-line-end": ("node_modules", "node_modules\n" + ALL),
    "crlf": ("node_modules\r\n", "node_modules\r\n" + ALL.replace("\n", "\r\n")),
    "comments-and-blanks": ("# a\n\n  dist  \n\n", "# a\n\n  dist  \n\n" + ALL),
    "some-there": ("README.md\n", "README.md\n.env.example\n.gitignore\n"),
    "a-glob": ("*.md\n", "*.md\n.env.example\n.gitignore\n"),
    "brought-back": ("*.md\n!README.md\n", "*.md\n!README.md\n.env.example\n.gitignore\n"),
    "brought-back-by-glob": ("!*.md\n!.gitignore\n", "!*.md\n!.gitignore\n.env.example\n"),
    "byte-order-mark": ("\ufeffdist\n", "\ufeffdist\n" + ALL),
    "empty": ("", ALL),
}


@pytest.mark.parametrize(("before", "after"), APPENDED.values(), ids=APPENDED.keys())
def test_appended(project: Project, before: str, after: str) -> None:
    project.write({**FILES, "Dockerfile": PLAIN, ".dockerignore": before})
    assert ignore(project) == after
    project.write({".dockerignore": after})
    assert ignore(project) is None


@pytest.mark.parametrize("before", ["*\n", "**\n!app.js\n", "*.md\n.*\n", "dist\n"])
def test_nothing_to_append(project: Project, before: str) -> None:
    files = {name: text for name, text in FILES.items() if before != "dist\n" or name == "app.js"}
    project.write({**files, "Dockerfile": PLAIN, ".dockerignore": before})
    assert ignore(project) is None


def test_the_own_file_comes_first(project: Project) -> None:
    project.write({**FILES, "Dockerfile": PLAIN, "Dockerfile.dockerignore": "dist\n"})
    outcomes = project.outcomes("dockerignore")
    assert list(outcomes) == ["Dockerfile.dockerignore"]
    assert text_of(outcomes["Dockerfile.dockerignore"]) == "dist\n" + ALL


def test_what_any_dockerfile_of_the_context_needs(project: Project) -> None:
    project.write({**FILES, "Dockerfile": PLAIN, "docs.Dockerfile": "FROM a\nCOPY README.md /\n"})
    outcome = project.outcomes("dockerignore", handled=("Dockerfile",))[".dockerignore"]
    assert text_of(outcome) == ALL.replace("README.md\n", "")


def test_what_a_dockerfile_below_may_need(project: Project) -> None:
    project.write({**FILES, "Dockerfile": PLAIN, "docs/Dockerfile": "FROM a\nCOPY README.md /\n"})
    outcome = project.outcomes("dockerignore", handled=("Dockerfile",))[".dockerignore"]
    assert text_of(outcome) == ALL.replace("README.md\n", "")


def test_a_compose_file_says_where_the_context_is(project: Project) -> None:
    compose = "services:\n  a:\n    build:\n      context: .\n      dockerfile: docker/Dockerfile\n"
    project.write({**FILES, "docker/Dockerfile": PLAIN, "compose.yaml": compose})
    outcomes = project.outcomes("dockerignore")
    assert list(outcomes) == [".dockerignore"]
    assert text_of(outcomes[".dockerignore"]) == ALL


def test_the_sources_say_where_the_context_is(project: Project) -> None:
    project.write({**FILES, "docker/Dockerfile": "FROM a\nCOPY app.js .\nCOPY . .\n"})
    assert text_of(project.outcomes("dockerignore")[".dockerignore"]) == ALL


def test_an_unknown_context(project: Project) -> None:
    project.write({**FILES, "docker/Dockerfile": PLAIN})
    outcome = project.outcomes("dockerignore")["docker/.dockerignore"]
    assert text_of(outcome) is None
    assert "--context" in reasons(outcome)[0]


def test_a_given_context(project: Project) -> None:
    project.write({**FILES, "docker/Dockerfile": PLAIN})
    outcomes = project.outcomes("dockerignore", context=project.root)
    assert text_of(outcomes[".dockerignore"]) == ALL


def test_at_safe_the_image_stays(project: Project) -> None:
    project.write({**FILES, "Dockerfile": PLAIN})
    outcome = project.outcomes("dockerignore", level=Level.SAFE)[".dockerignore"]
    assert text_of(outcome) is None
    assert {note.status for note in outcome.notes} == {"fixable"}
    project.write({"Dockerfile": "FROM node:22\nCOPY app.js .\n"})
    outcome = project.outcomes("dockerignore", level=Level.SAFE)[".dockerignore"]
    assert text_of(outcome) == ALL


def test_a_web_server_may_serve_it(project: Project) -> None:
    project.write({**FILES, "Dockerfile": "FROM nginx:1\nCOPY . /usr/share/nginx/html\n"})
    outcome = project.outcomes("dockerignore")[".dockerignore"]
    assert "a web server may be serving it" in outcome.notes[-1].reason


def test_a_link_is_not_followed(project: Project) -> None:
    project.write({**FILES, "Dockerfile": PLAIN})
    (project.root.parent / "outside").write_text("x\n")
    (project.root / ".dockerignore").symlink_to(project.root.parent / "outside")
    outcome = project.outcomes("dockerignore")[".dockerignore"]
    assert text_of(outcome) is None
    assert reasons(outcome)


EXTRA = {
    ".git": ("COPY . .", {}, True),
    ".git-asked": ("COPY . .\nRUN git describe > v", {}, False),
    ".git-read": ("COPY . .", {"pyproject.toml": "[tool.setuptools_scm]\n"}, False),
    ".git-go": ("COPY . .\nRUN go build .", {}, False),
    ".git-mounted": ("RUN --mount=type=bind,source=.git,target=/g true", {}, False),
    ".git-below": ("COPY .git/HEAD /", {}, False),
    ".git-an-address": ("COPY . .", {"package.json": '"https://example.com/a.git"'}, True),
    "Dockerfile*": ("COPY . .", {}, True),
    "Dockerfile*-copied": ("COPY Dockerfile /", {}, False),
    "Dockerfile*-a-folder": ("COPY Dockerfile.d/run.sh /", {"Dockerfile.d/run.sh": "x"}, False),
    "compose*.y*ml": ("COPY . .", {"compose.yaml": "services: {}\n"}, True),
    "compose*.y*ml-copied": ("COPY compose.prod.yml /", {}, False),
    "node_modules": ("COPY . .\nRUN npm ci", {}, True),
    "node_modules-not-installed": ("COPY . .", {}, False),
    "node_modules-copied": ("COPY . .\nCOPY node_modules /n\nRUN npm ci", {}, False),
    "node_modules-below": ("COPY . .\nRUN npm ci\nCOPY node_modules/a /n", {}, False),
}


@pytest.mark.parametrize("case", EXTRA)
def test_lines_on_request(project: Project, case: str) -> None:
    line, files, expected = EXTRA[case]
    asked = next(each for each in (".git", "Dockerfile*", "compose*.y*ml", "node_modules")
                 if case == each or case.startswith(f"{each}-"))  # fmt: skip
    project.write({**FILES, **files, "Dockerfile": f"FROM node:22\n{line}\n"})
    assert asked not in (ignore(project) or "").split("\n")
    assert (asked in (ignore(project, add=asked) or "").split("\n")) is expected


def test_our_own_configuration_reads_nothing(project: Project) -> None:
    ours = '[tool.dfix.dockerignore]\nadd = [".git"]\n\n'
    project.write({**FILES, "Dockerfile": PLAIN, "pyproject.toml": ours + "[tool.x]\na = 1\n"})
    assert ".git\n" in (ignore(project, add=".git") or "")
    project.write({"pyproject.toml": ours + '[tool.x]\nreads = ".git"\n'})
    assert "\n.git\n" not in (ignore(project, add=".git") or "")


def test_long_texts_are_read_in_due_time() -> None:
    """A line of base64 in a script, stars without end, and pages that would take in many others."""
    begun = time.monotonic()
    assert not mentions("RUN " + 300_000 * "A" + "\n", "README.md")
    assert mentions("RUN rm " + 300 * "{,}*" + "\n", "README.md"), "nobody knows what that fits"
    assert not _takes_in(100_000 * b"include:(", is_contents=True)
    assert not _takes_in(100_000 * b"](", is_contents=True)
    assert _takes_in(b"](a)](README.md)", is_contents=True)
    assert not _takes_in(b"](a) README.md", is_contents=True)
    assert time.monotonic() - begun < 30
