"""Which files of a tree give builds an argument: names that none gives first, then those of each kind."""

import time
from pathlib import Path

import pytest

from dfix.buildarguments import giving


def write(root: Path, files: dict[str, str]) -> None:
    for name, text in files.items():
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, "utf-8")


NOTHING = {
    "no-file": {},
    "no-build": {"compose.yaml": "services: {a: {image: 'node:${V}', environment: [V=1]}}\n"},
    "another-argument": {"compose.yaml": "services: {a: {build: {context: ., args: [W=1]}}}\n"},
    "a-longer-name": {"compose.yaml": "services: {a: {build: {args: {V2: 1, MY_V: 1}}}}\n"},
    "a-bake-variable": {"docker-bake.hcl": 'variable "V" {}\ntarget "a" { args = { W = V } }\n'},
    "a-workflow's-environment": {".github/workflows/a.yml": "env:\n  V: 1\njobs: {}\n"},
    "a-workflow's-other-argument": {
        ".github/workflows/a.yml": "      build-args: |\n        W=1\n        VERSION=1\n"
    },
    "a-script": {"build.sh": "docker build --build-arg W=1 .\n"},
    "a-script-without-arguments": {"build.sh": "V=1 docker build -t a:$V .\n"},
    "a-text": {"README.md": "docker build --build-arg V=1 .\n"},
    "a-lock-file": {"package-lock.json": '{"build-arg": "V"}\n'},
    "other-people's-code": {"node_modules/a/build.sh": "docker build --build-arg V=1 .\n"},
    "ignored": {".gitignore": "out\n", "out/build.sh": "docker build --build-arg V=1 .\n"},
    "arguments-of-a-pod": {"pod.yaml": "spec:\n  containers:\n  - args: [V]\n"},
    "arguments-of-a-function": {"a.py": "def a(args: V) -> None: ...\nargs = V\n"},
    "a-program's-other-argument": {"a.py": "run(['docker', 'build', '--build-arg', 'W=1'])\n"},
    "words-of-a-list": {"build.sh": 'docker build "--build-arg" "W=1" .\n'},
    "a-list-in-lines": {"a.yml": "args:\n- '--build-arg'\n- 'W=$X'\n"},
    "a-computed-value": {"a.yml": "      build-args: |\n        W=${{ x }}\n      tags: |\n        $X\n"},
    "no-script-in-spite-of-its-name": {"bin/build": "docker build --build-arg V=1 .\n"},
    "a-program-of-bytes": {"bin/build": "#!\0--build-arg V=1\n"},
    "another-argument-in-one-line": {"skaffold.yaml": "docker: {buildArgs: {W: 1}}\n"},
    "another-argument-in-a-block": {"a.yaml": "  build_args: {W: 1}\n  x: {X: 1}\n"},
    "another-argument-of-heroku": {"heroku.yml": "build:\n  config:\n    W: 1\n"},
    "a-log": {"build.log": "+ docker build --build-arg V=1 .\n"},
}  # fmt: skip


@pytest.mark.parametrize("case", NOTHING)
def test_nothing_gives_it(tmp_path: Path, case: str) -> None:
    write(tmp_path, {".git/HEAD": "", **NOTHING[case]})
    assert giving(tmp_path, "V") is None


GIVEN = {
    "compose-mapping": {"compose.yaml": "services: {a: {build: {context: ., args: {V: 1}}}}\n"},
    "heroku": {"heroku.yml": "build:\n  docker: {web: Dockerfile}\n  config:\n    V: 1\n"},
    "compose-list": {"docker-compose.yml": "services: {a: {build: {context: ., args: [V=1]}}}\n"},
    "compose-from-outside": {"compose.yaml": "services: {a: {build: {context: ., args: [V]}}}\n"},
    "compose-computed-value": {"compose.yaml": "services: {a: {build: {args: {V: '${W}'}}}}\n"},
    "compose-computed-name": {"compose.yaml": "services: {a: {build: {args: ['${W}=1']}}}\n"},
    "compose-override": {"compose.override.yaml": "services: {a: {build: {args: {V: 1}}}}\n"},
    "compose-inline": {"compose.yaml": "services: {a: {build: {dockerfile_inline: x, args: {V: 1}}}}\n"},
    "compose-below": {"deploy/compose.yaml": "services: {a: {build: {context: .., args: {V: 1}}}}\n"},
    "compose-that-is-broken": {"compose.yaml": "services: {a: {build: [\n"},
    "compose-of-another-name": {"dev.yml": "services:\n  a:\n    build:\n      args:\n        V: 1\n"},
    "bake": {"docker-bake.hcl": 'target "a" { args = { V = "1" } }\n'},
    "bake-inherited": {
        "docker-bake.hcl": 'target "b" { args = { V = "1" } }\ntarget "a" { inherits = ["b"] }\n'
    },
    "bake-variable": {"docker-bake.hcl": 'variable "V" {}\ntarget "a" { args = { V = V } }\n'},
    "bake-computed": {"docker-bake.hcl": 'target "a" { args = merge({}, { W = "1" }) }\n'},
    "bake-json": {"docker-bake.json": '{"target": {"a": {"args": {"V": "1"}}}}\n'},
    "bake-set": {"ci.sh": "docker buildx bake --set a.args.V=1\n"},
    "devcontainer": {".devcontainer/devcontainer.json": '{"build": {"dockerfile": "D", "args": {"V": "1"}}}\n'},
    "workflow": {".github/workflows/a.yml": "      build-args: |\n        W=1\n        V=${{ x }}\n"},
    "workflow-in-one-line": {".github/workflows/a.yaml": "      build-args: V=1\n"},
    "workflow-underscore": {".github/workflows/a.yaml": "      build_args: V=1\n"},
    "workflow-command": {".github/workflows/a.yml": "  - run: docker build --build-arg V=1 .\n"},
    "gitlab": {".gitlab-ci.yml": "  script: docker build --build-arg V .\n"},
    "jenkins": {"Jenkinsfile": "sh 'docker build --build-arg V=1 .'\n"},
    "list-of-words": {"cloudbuild.yaml": "args: ['build', '--build-arg', 'V=1', '.']\n"},
    "skaffold": {"skaffold.yaml": "      docker:\n        buildArgs:\n          V: 1\n"},
    "fly": {"fly.toml": "[build.args]\nV = '1'\n"},
    "terraform": {"main.tf": "build {\n  build_arg = {\n    V : 1\n  }\n}\n"},
    "script": {"ci/build.sh": "docker build --build-arg=V=1 .\n"},
    "makefile": {"Makefile": "ARGS = --build-arg V=$(V)\nimage:\n\tdocker build $(ARGS) .\n"},
    "package": {"package.json": '{"scripts": {"image": "docker build --build-arg V=1 ."}}\n'},
    "computed-name": {"build.sh": 'docker build --build-arg "$NAME=1" .\n'},
    "compose-extended-in-one-line": {
        "common.yml": "services:\n  b:\n    build: {context: ., args: {V: 1}}\n"
    },
    "compose-extended-in-quotes": {"common.yml": 'services:\n  b:\n    build:\n      "args":\n        V: 1\n'},
    "bake-of-another-name": {"images.hcl": 'target "a" {\n  args = { V = "1" }\n}\n'},
    "bake-of-another-name-in-json": {"bake.json": '{"target": {"a": {"args": {"V": "1"}}}}\n'},
    "bake-set-computed": {"ci.sh": 'docker buildx bake --set "*.args.$NAME=1"\n'},
    "fly-in-one-line": {"fly.toml": "build = {args = {V = '1'}}\n"},
    "workflow-computed": {".github/workflows/a.yml": "      build-args: ${{ matrix.args }}\n"},
    "workflow-computed-in-quotes": {".github/workflows/a.yml": '      build-args: "${{ matrix.args }}"\n'},
    "workflow-computed-line": {
        ".github/workflows/a.yml": "      build-args: |\n        W=1\n\n        ${{ x }}=1\n      tags: t\n"
    },
    "workflow-computed-list": {".github/workflows/a.yml": "      build-args:\n        - W=1\n        - ${{ x }}\n"},
    "script-without-an-ending": {"bin/build": "#!/bin/sh\ndocker build --build-arg V=1 .\n"},
    "fish": {"build.fish": "docker build --build-arg V=1 .\n"},
    "python": {"tasks.py": "run(['docker', 'build', '--build-arg', 'V=1', '.'])\n"},
    "python-computed": {"tasks.py": "command += ['--build-arg', f'{name}={value}']\n"},
    "python-computed-text": {"tasks.py": "command = f'docker build --build-arg {name}={value} .'\n"},
    "python-appended": {"tasks.py": "command.append('--build-arg')\ncommand.append(pair)\n"},
    "docker-py": {"tasks.py": "client.images.build(path='.', buildargs={'V': '1'})\n"},
    "javascript": {"build.mjs": "exec('docker build --build-arg V=1 .')\n"},
    "javascript-computed": {"build.ts": "exec(`docker build --build-arg ${name}=1 .`)\n"},
    "go": {"magefile.go": 'sh.Run("docker", "build", "--build-arg", "V=1", ".")\n'},
    "task-computed": {"Taskfile.yml": "cmds: [docker build --build-arg {{.ARG}} .]\n"},
    "computed-on-the-next-line": {"build.sh": 'docker build --build-arg \\\n  "$PAIR" .\n'},
    "from-a-file": {"build.sh": "buildah build --build-arg-file arguments.conf .\n"},
    "computed-name-without-quotes": {"build.sh": "docker build --build-arg=${NAME}=1 .\n"},
}  # fmt: skip


@pytest.mark.parametrize("case", GIVEN)
def test_something_gives_it(tmp_path: Path, case: str) -> None:
    write(tmp_path, {".git/HEAD": "", **GIVEN[case]})
    assert giving(tmp_path, "V") == next(iter(GIVEN[case]))


@pytest.mark.parametrize("encoding", ["utf-16-le", "utf-16-be", "utf-8"])
def test_scripts_are_read_as_their_mark_says(tmp_path: Path, encoding: str) -> None:
    text = "\ufeffdocker build --build-arg V=1 .\r\n"
    (tmp_path / "build.ps1").write_bytes(text.encode(encoding))
    assert giving(tmp_path, "V") == "build.ps1"
    assert giving(tmp_path, "W") is None


def test_a_long_file_is_read_in_due_time(tmp_path: Path) -> None:
    (tmp_path / "a.yml").write_text("build-args: |\n" + 20_000 * "  W=1\n" + "x: $X\n")
    (tmp_path / "b.yml").write_text(10_000 * "build-args: |\n  W=1\n")
    (tmp_path / "c.py").write_text("'--build-arg'" + 200_000 * " " + ", 'W=1'\n")
    (tmp_path / "d.sh").write_text(20_000 * "--build-arg \\\n" + "W=1\n")
    begun = time.monotonic()
    assert giving(tmp_path, "V") is None
    assert time.monotonic() - begun < 5


def test_beside_a_file_in_no_tree_only_its_folder_is_looked_at(tmp_path: Path) -> None:
    write(tmp_path, {"a/build.sh": "docker build --build-arg V=1 .\n"})
    assert giving(tmp_path, "V", deep=False) is None
    write(tmp_path, {"b/build.sh": "docker build --build-arg V=1 .\n"})
    assert giving(tmp_path / "b", "V", deep=False) == "build.sh"


def test_links_out_of_the_tree_are_not_followed(tmp_path: Path) -> None:
    write(tmp_path, {"tree/.git/HEAD": "", "out/build.sh": "docker build --build-arg V=1 .\n"})
    (tmp_path / "tree" / "out").symlink_to(tmp_path / "out")
    (tmp_path / "tree" / "build.sh").symlink_to(tmp_path / "out" / "build.sh")
    assert giving(tmp_path / "tree", "V") is None
