import json
from pathlib import Path

import pytest

from dfix.orchestrators import BuildFiles, overridden_names, read_builds, scan
from dfix.worktree import list_files


def tree(root: Path, **texts: str) -> BuildFiles:
    """Write files (`__` stands for a slash, `_` for a dot) and read the builds."""
    for name, text in texts.items():
        put(root, name.replace("__", "/").replace("_", "."), text)
    return read_builds(root, list_files(root).files)


def put(root: Path, name: str, text: str = "FROM scratch\n") -> None:
    path = root / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)


def pairs(builds: BuildFiles) -> list[tuple[str, str]]:
    """Dockerfile and context of each entry, relative to the root."""
    return [
        (
            entry.dockerfile.relative_to(builds.root).as_posix(),
            entry.context.relative_to(builds.root).as_posix(),
        )
        for entry in builds.entries
    ]


NO_ENTRY = {
    "no build": "services: {a: {image: x}}",
    "no services": "volumes: {a: {}}",
    "not a mapping": "- build: .",
    "services is a list": "services: [{build: .}]",
    "service is null": "services: {a: null, b: {build: null}}",
    "build is a list": "services: {a: {build: [.]}}",
    "inline": "services: {a: {build: {dockerfile_inline: FROM x}}}",
    "computed context": "services: {a: {build: {context: '${DIR}'}}}",
    "computed context, short": "services: {a: {build: $DIR}}",
    "computed dockerfile": "services: {a: {build: {dockerfile: 'Dockerfile.${X:-y}'}}}",
    "remote": "services: {a: {build: 'https://example.com/a.git'}}",
    "ssh": "services: {a: {build: 'git@example.com:a.git'}}",
    "no such file": "services: {a: {build: {dockerfile: none}}}",
    "folder": "services: {a: {build: {dockerfile: sub}}}",
    "outside": "services: {a: {build: {context: .., dockerfile: outside}}}",
    "outside, absolute": "services: {a: {build: {dockerfile: /etc/passwd}}}",
    "link to outside": "services: {a: {build: {dockerfile: link}}}",
    "other people's": "services: {a: {build: node_modules/a}}",
    "zero byte": 'services: {a: {build: "a\\0b"}}',
    "name that is too long": f"services: {{a: {{build: {'a' * 300}}}}}",
}


@pytest.mark.parametrize("text", NO_ENTRY.values(), ids=NO_ENTRY)
def test_compose_without_entry(tmp_path: Path, text: str) -> None:
    root = tmp_path / "root"
    put(tmp_path, "outside")
    for name in ("Dockerfile", "sub/Dockerfile", "node_modules/a/Dockerfile"):
        put(root, name)
    (root / "link").symlink_to("../outside")
    builds = tree(root, compose_yaml=text)
    assert builds.entries == ()
    assert builds.problems == ()


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("services: {a: {build: .}}", [("Dockerfile", ".")]),
        ("services: {a: {build: ./sub/}}", [("sub/Dockerfile", "sub")]),
        ("services: {a: {build: {context: sub}}}", [("sub/Dockerfile", "sub")]),
        ("services: {a: {build: {dockerfile: sub/other}}}", [("sub/other", ".")]),
        ("services: {a: {build: {context: sub, dockerfile: other}}}", [("sub/other", "sub")]),
        (
            "services: {a: {build: {context: sub, dockerfile: ../Dockerfile}}}",
            [("Dockerfile", "sub")],
        ),
        (
            "services: {a: {build: .}, b: {build: sub}}",
            [("Dockerfile", "."), ("sub/Dockerfile", "sub")],
        ),
        ("x: &x {build: sub}\nservices: {a: {<<: *x}}", [("sub/Dockerfile", "sub")]),
        ("a: {build: sub, dockerfile: other}", [("sub/other", "sub")]),
    ],
)
def test_compose(tmp_path: Path, text: str, expected: list[tuple[str, str]]) -> None:
    for name in ("Dockerfile", "sub/Dockerfile", "sub/other"):
        put(tmp_path, name)
    assert pairs(tree(tmp_path, compose_yaml=text)) == expected


@pytest.mark.parametrize(
    "name", ["docker-compose.yml", "compose.dev.yaml", "Docker-Compose.prod.yml"]
)
def test_compose_file_names(tmp_path: Path, name: str) -> None:
    put(tmp_path, "sub/Dockerfile")
    put(tmp_path, f"deploy/{name}", "services: {a: {build: ../sub}}")
    assert pairs(tree(tmp_path)) == [("sub/Dockerfile", "sub")]


@pytest.mark.parametrize("name", ["my-compose.yml", "compose.yml.bak", "values.yaml"])
def test_other_file_names(tmp_path: Path, name: str) -> None:
    put(tmp_path, "Dockerfile")
    put(tmp_path, name, "services: {a: {build: .}}")
    assert pairs(tree(tmp_path)) == []


def test_an_override_file_shares_the_context_of_its_service(tmp_path: Path) -> None:
    put(tmp_path, "sub/dev")
    put(tmp_path, "dev")
    put(tmp_path, "compose.yaml", "services: {a: {build: ./sub}}")
    put(tmp_path, "compose.override.yaml", "services: {a: {build: {dockerfile: dev}}}")
    assert pairs(tree(tmp_path)) == [("sub/dev", "sub")]


def test_compose_values(tmp_path: Path) -> None:
    put(tmp_path, "Dockerfile")
    builds = tree(
        tmp_path,
        compose_yaml="""
        services:
          a:
            build:
              context: .
              target: t
              args: [A=1, B, "C=${X}", D=x=y]
              additional_contexts: {alpine: docker-image://b, base: ../x}
          b:
            build:
              context: .
              args: {A: 1, B: null, C: $X}
              additional_contexts: ["debian=x", "${Y}=z"]
        """,
    )
    a, b = builds.entries
    assert (a.target, b.target) == ("t", None)
    assert dict(a.args) == {"A": "1", "B": None, "C": None, "D": "x=y"}
    assert dict(b.args) == {"A": "1", "B": None, "C": None}
    assert dict(a.additional_contexts) == {"alpine": "docker-image://b", "base": "../x"}
    assert builds.overridden == {"alpine", "base", "debian", "*"}
    assert (a.orchestrator, a.source) == ("compose", tmp_path / "compose.yaml")


BAKE = """
variable "V" { default = "x" }
group "default" { targets = ["web"] }
target "base" {
  context = "sub"
  args = { A = "1", B = V }
  contexts = { alpine = "docker-image://alpine:3" }
}
target "web" {
  inherits = ["base"]
  dockerfile = "other"
  args = { B = "2" }
}
target "computed" { dockerfile = "${V}.Dockerfile" }
target "inline" { dockerfile-inline = "FROM x" }
target "remote" { context = "https://example.com/x.git" }
"""


def test_bake(tmp_path: Path) -> None:
    put(tmp_path, "sub/Dockerfile")
    put(tmp_path, "sub/other")
    put(tmp_path, "docker-bake.hcl", BAKE)
    builds = tree(tmp_path)
    assert pairs(builds) == [("sub/Dockerfile", "sub"), ("sub/other", "sub")]
    assert dict(builds.entries[1].args) == {"A": "1", "B": "2"}
    assert builds.overridden == {"alpine"}
    assert builds.problems == ()


def test_bake_override_files_are_merged_and_others_stand_alone(tmp_path: Path) -> None:
    for name in ("a", "b", "c"):
        put(tmp_path, name)
    put(tmp_path, "docker-bake.json", json.dumps({"target": {"x": {"dockerfile": "a"}}}))
    put(tmp_path, "docker-bake.override.json", json.dumps({"target": {"x": {"dockerfile": "b"}}}))
    put(tmp_path, "docker-bake.ci.json", json.dumps({"target": {"x": [{"dockerfile": "c"}]}}))
    assert pairs(tree(tmp_path)) == [("b", "."), ("c", ".")]


def test_a_bake_file_below_the_root_may_be_called_from_there(tmp_path: Path) -> None:
    put(tmp_path, "ci/docker-bake.json", json.dumps({"target": {"x": {"context": "sub"}}}))
    put(tmp_path, "sub/Dockerfile")
    assert pairs(tree(tmp_path)) == [("sub/Dockerfile", "sub")]


@pytest.mark.parametrize(
    "targets",
    [
        {"a": {"inherits": ["b"]}, "b": {"inherits": ["a"]}},
        {str(n): {"inherits": [str(n + 1)]} for n in range(500)},
    ],
    ids=["in a circle", "in a long row"],
)
def test_bake_targets_that_inherit_without_end(tmp_path: Path, targets: object) -> None:
    put(tmp_path, "Dockerfile")
    builds = tree(tmp_path, **{"docker-bake_json": json.dumps({"target": targets})})
    assert builds.entries == ()
    assert [problem.path.name for problem in builds.problems] == ["docker-bake.json"]


def test_bake_targets_that_inherit_twice_are_resolved_once(tmp_path: Path) -> None:
    targets = {str(n): {"inherits": [str(n + 1)] * 10} for n in range(40)}
    assert tree(tmp_path, **{"docker-bake_json": json.dumps({"target": targets})}).problems == ()


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ('{"image": "x"}', []),
        ('{"build": {"context": ".."}}', []),
        ('{"build": {"dockerfile": "${localEnv:X}"}}', []),
        ('{"build": {"dockerfile": "../../outside"}}', []),
        ('{"build": {"dockerfile": "Dev"}}', [(".devcontainer/Dev", ".devcontainer")]),
        ('{"build": {"dockerfile": "../Dockerfile"}}', [("Dockerfile", ".devcontainer")]),
        ('{"build": {"dockerfile": "Dev", "context": ".."}}', [(".devcontainer/Dev", ".")]),
        ('{// c\n"dockerFile": "Dev", "context": "..",}', [(".devcontainer/Dev", ".")]),
    ],
)
def test_devcontainer(tmp_path: Path, text: str, expected: list[tuple[str, str]]) -> None:
    root = tmp_path / "root"
    put(tmp_path, "outside")
    put(root, "Dockerfile")
    put(root, ".devcontainer/Dev")
    put(root, ".devcontainer/devcontainer.json", text)
    assert pairs(tree(root)) == expected


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("compose.yaml", "services: [build"),
        ("compose.yaml", "build: *x"),
        ("compose.yaml", "build: " + "a" * 2_000_000),
        ("docker-bake.hcl", "target {"),
        ("docker-bake.json", "{"),
        ("devcontainer.json", "[" * 100_000),
    ],
)
def test_what_cannot_be_read_is_a_problem_and_the_rest_goes_on(
    tmp_path: Path, name: str, text: str
) -> None:
    put(tmp_path, f"bad/{name}", text)
    put(tmp_path, "Dockerfile")
    builds = tree(tmp_path, compose_yml="services: {a: {build: .}}")
    assert pairs(builds) == [("Dockerfile", ".")]
    assert [problem.path for problem in builds.problems] == [tmp_path / "bad" / name]


def test_naming(tmp_path: Path) -> None:
    put(tmp_path, "a/Dockerfile")
    put(tmp_path, "b/Dockerfile")
    (tmp_path / "link").symlink_to("a/Dockerfile")
    builds = tree(tmp_path, compose_yaml="services: {a: {build: a}, b: {build: b}}")
    assert [entry.context.name for entry in builds.naming(tmp_path / "a" / "Dockerfile")] == ["a"]
    assert [entry.context.name for entry in builds.naming(tmp_path / "link")] == ["a"]
    assert builds.naming(tmp_path / "Dockerfile") == ()


def test_scan_reads_a_tree_once(tmp_path: Path) -> None:
    put(tmp_path, "Dockerfile")
    put(tmp_path, "sub/compose.yaml", "services: {a: {build: ..}}")
    assert len(scan(tmp_path).entries) == 1
    assert scan(tmp_path) is scan(tmp_path)
    assert scan(tmp_path, deep=False).entries == ()
    assert scan(tmp_path / "none", deep=False).problems != ()


@pytest.mark.parametrize(
    ("name", "text", "expected"),
    [
        ("build.sh", "docker build .", set()),
        ("build.sh", "docker build --build-context alpine", set()),
        ("notes.txt", "docker build --build-context alpine=x .", set()),
        (".github/workflows/a.yml", "with:\n  build-args: |\n    A=b\n", set()),
        (".github/workflows/a.yml", "with:\n  build-contexts: |\n    a=b\n  x: y=z\n", {"a"}),
        (
            ".github/workflows/a.yml",
            "with:\n  build-contexts: |\n\n    a=b\n    ${{ x }}=z\n",
            {"a", "*"},
        ),
        (".github/workflows/a.yml", "with:\n  build-contexts: alpine=x\n  tags: a=b\n", {"alpine"}),
        (
            "build.sh",
            "docker build --build-context alpine=x --build-context='b/c:1=y' .",
            {"alpine", "b/c:1"},
        ),
        ("Makefile", "\tdocker build --build-context $(X)=y .", {"*"}),
        ("Makefile", "\tdocker build --build-context \\\n\t  a=x .", {"a"}),
        ("build.sh", 'docker build --build-context "$GIVEN" .', {"*"}),
        ("bin/build", "#!/bin/sh\ndocker build --build-context a=x .", {"a"}),
        ("bin/build", "docker build --build-context a=x .", set()),
        ("package.json", '{"scripts": {"b": "docker build --build-context a=x ."}}', {"a"}),
        ("ci/p.yml", "- docker build --build-context a=x .", {"a"}),
        ("ci/p.yml", "args: ['build', '--build-context', 'a=x', '.']", {"a"}),
        ("ci/p.yml", "args:\n  - --build-context\n  - a=x\n", {"a"}),
        ("build.sh", "docker buildx bake --set '*.contexts.a=x'", {"a"}),
        (".github/workflows/a.yml", "with: {build-contexts: a=x, tags: b=c}", {"a"}),
        (".github/workflows/a.yml", "with:\n  build-contexts: ${{ inputs.all }}\n", {"*"}),
        (".github/workflows/a.yml", "with:\n  build-contexts: |\n    ${{ inputs.all }}\n", {"*"}),
        ("images.hcl", 'target "t" { contexts = { a = "docker-image://b" } }', {"a"}),
        ("images.hcl", 'target "t" { contexts = { a = ', {"*"}),
        ("images.hcl", 'contexts = ["a=x"]', set()),
        (
            "dev.yml",
            "services: {s: {build: {context: ., additional_contexts: [a=x]}}}",
            {"a"},
        ),
    ],
)
def test_overridden_names(tmp_path: Path, name: str, text: str, expected: set[str]) -> None:
    put(tmp_path, name, text)
    assert overridden_names(tmp_path) == expected


def test_overridden_names_of_all_sources(tmp_path: Path) -> None:
    put(tmp_path, "a.sh", "docker build --build-context a=x .")
    put(
        tmp_path,
        "compose.yaml",
        "services: {a: {build: {context: none, additional_contexts: {b: x}}}}",
    )
    assert overridden_names(tmp_path) == {"a", "b"}


def test_a_file_that_is_a_link_out_of_the_tree_is_not_read(tmp_path: Path) -> None:
    put(tmp_path, "out/compose.yaml", "services: {a: {build: .}}")
    put(tmp_path, "tree/Dockerfile")
    put(tmp_path, "tree/in.yaml", "services: {a: {build: .}}")
    (tmp_path / "tree" / "compose.yaml").symlink_to("../out/compose.yaml")
    (tmp_path / "tree" / "docker-compose.yml").symlink_to("in.yaml")
    found = read_builds(tmp_path / "tree", ["compose.yaml"])
    assert pairs(found) == []
    assert [each.path.name for each in found.problems] == ["compose.yaml"]
    assert pairs(read_builds(tmp_path / "tree", ["docker-compose.yml"])) == [("Dockerfile", ".")]
