"""What a user of hadolint has configured already holds for dfix."""

import json

from tests.cli.conftest import ADD, Caller

IGNORED = "FROM debian:12\n# hadolint ignore=DL3020\nADD . /app\n"


def test_what_it_ignores_is_left_alone(call: Caller) -> None:
    call.write({"Dockerfile": ADD, ".hadolint.yaml": "ignored: [DL3020]\n"})
    assert call("--check").code == 0


def test_its_comments_count_unless_it_says_otherwise(call: Caller) -> None:
    call.write({"a/Dockerfile": IGNORED, "b/Dockerfile": IGNORED})
    call.write({"b/.hadolint.yaml": "disable-ignore-pragma: true\n"})
    done = call("--check")
    assert [line.partition(":")[0] for line in done.out.splitlines()] == ["b/Dockerfile"]


def test_other_comments_count_all_the_same(call: Caller) -> None:
    call.write({".hadolint.yaml": "disable-ignore-pragma: true\n"})
    call.write({"Dockerfile": IGNORED.replace("hadolint ignore=DL3020", "dfix: ignore=DL3020")})
    assert call("--check").code == 0


def test_its_severities_are_told(call: Caller) -> None:
    call.write({"a/Dockerfile": ADD, "b/Dockerfile": ADD})
    call.write({"b/.hadolint.yaml": "override:\n  error: [DL3020]\n"})
    log = json.loads(call("--check", "--format", "sarif", "--jobs", "2").out)
    assert [each["level"] for each in log["runs"][0]["results"]] == ["warning", "error"]
    assert call("--check", "b", "--format", "github").out.startswith("::error ")
    assert '"severity": "major"' in call("--check", "b", "--format", "gitlab").out
    assert call("--check", "-", stdin=ADD).code == 1


def test_trusted_registries_are_looked_at_where_there_are_any(call: Caller) -> None:
    text = "FROM ghcr.io/me/a:1\nCOPY --from=quay.io/me/b:1 /a /a\nCOPY --from=me/c:1 /a /a\n"
    settings = "trustedRegistries: [ghcr.io, '*.example.com']\n"
    call.write({"dfix.toml": "", "a/Dockerfile": text, "b/Dockerfile": text})
    call.write({"b/.hadolint.yaml": settings})
    call.write({"c/dfix.toml": "trusted-registries = ['quay.io', 'docker.io']\n"})
    call.write({"c/Dockerfile": text})

    def lines(*arguments: str) -> list[str]:
        out = call("--check", *arguments).out.splitlines()
        return [":".join(each.split(":")[:2]) for each in out if " unofficial-base: " in each]

    assert lines() == ["b/Dockerfile:2", "b/Dockerfile:3", "c/Dockerfile:1"]
    assert lines("--select", "add-to-copy") == []
    assert lines("--ignore", "DL3026") == []
    assert lines("--set", "unofficial-base.registries=quay.io") == [
        "b/Dockerfile:1",
        "b/Dockerfile:3",
        "c/Dockerfile:1",
        "c/Dockerfile:3",
    ]


def test_a_file_that_cannot_be_read_is_one_line(call: Caller) -> None:
    call.write({"Dockerfile": ADD, ".hadolint.yaml": "a: 1\nignored: x\n"})
    done = call()
    assert done.code == 2
    place = call.folder / ".hadolint.yaml"
    assert done.errors.startswith(
        f"Dockerfile: error: {place}:2: ignored must be a list of texts\n1 file: "
    )
    assert call.text() == ADD
