"""`dfix config --show FILE`: which configuration holds, and where it was read."""

from importlib.resources import files

import pytest

from tests.cli.conftest import Caller


def test_values_with_their_places(call: Caller) -> None:
    call.write(
        {
            "dfix.toml": 'level = "safe"\nignore = ["DL3020"]\n\n[pin-base-image]\npolicy = "minor"\n',
        }
    )
    done = call("config", "--show", "a/Dockerfile")
    assert done.code == 0
    place = call.folder / "dfix.toml"
    assert f'level = "safe"  # {place}:1\n' in done.out
    assert f'ignore = ["DL3020"]  # {place}:2\n' in done.out
    assert f'pin-base-image.policy = "minor"  # {place}:5\n' in done.out
    assert "select = (not set)\n" in done.out


def test_a_file_that_is_named(call: Caller) -> None:
    call.write({"other.toml": 'level = "aggressive"\n'})
    done = call("config", "--show", "Dockerfile", "--config", "other.toml")
    assert 'level = "aggressive"' in done.out


def test_a_configuration_that_cannot_be_read(call: Caller) -> None:
    call.write({"dfix.toml": "level = [\n"})
    done = call("config", "--show", "Dockerfile")
    assert (done.code, done.out) == (2, "")
    assert f"{call.folder / 'dfix.toml'}:" in done.errors
    assert done.errors.count("\n") == 1


def test_what_hadolint_says_with_its_places(call: Caller) -> None:
    call.write(
        {
            ".hadolint.yaml": "ignored: [DL3008]\noverride:\n  error: [DL3020]\n"
            "trustedRegistries: [ghcr.io]\ndisable-ignore-pragma: true\n"
        }
    )
    out = call("config", "--show", "Dockerfile").out
    place = call.folder / ".hadolint.yaml"
    assert f'hadolint-ignored = ["DL3008"]  # {place}:1\n' in out
    assert f'hadolint-severities = {{"dl3020" = "error"}}  # {place}:2\n' in out
    assert f'trusted-registries = ["ghcr.io"]  # {place}:4\n' in out
    assert f"hadolint-pragmas = false  # {place}:5\n" in out


@pytest.mark.parametrize(
    ("text", "line", "message"),
    [
        ("select = [\n  'nobody',\n]\n", 1, "no fixer is called 'nobody'"),
        ("[pin-base-image]\ndigest = 'yes'\npolicy = 'x'\n", 3, "pin-base-image.policy must be"),
        ("\n[merge-runs]\n\ngian = 1\n", 4, "merge-runs has no option 'gian'"),
        ("extend_select = ['x']\n", 1, "there is no setting extend_select: is extend-select meant"),
        ("levels = 'safe'\n", 1, "there is no setting levels: is level meant?"),
    ],
)
def test_mistakes_are_told_with_their_lines(
    call: Caller, text: str, line: int, message: str
) -> None:
    call.write({"dfix.toml": text})
    done = call("config", "--show", "Dockerfile")
    assert (done.code, done.out) == (2, "")
    assert done.errors.startswith(f"dfix: error: {call.folder / 'dfix.toml'}:{line}: {message}")


def test_the_schema(call: Caller) -> None:
    call.write({"dfix.toml": "level = [\n"})  # is no matter here
    done = call("config", "--schema")
    assert (done.code, done.errors) == (0, "")
    assert done.raw == (files("dfix") / "dfix.schema.json").read_bytes()


@pytest.mark.parametrize("arguments", [(), ("--schema", "--show", "Dockerfile")])
def test_one_of_both(call: Caller, arguments: tuple[str, ...]) -> None:
    done = call("config", *arguments)
    assert (done.code, done.errors) == (2, "dfix: error: one of --show FILE and --schema\n")


@pytest.mark.parametrize(
    ("text", "file", "expected"),
    [
        ("", "Dockerfile", "# fixers left out: none"),
        ("ignore = ['DL3020']", "Dockerfile", "# fixers left out: add-to-copy"),
        (
            "select = ['DL3020', 'merge-runs']",
            "Dockerfile",
            "# fixers that run: add-to-copy, merge-runs",
        ),
        ("select = []", "Dockerfile", "# fixers that run: none"),
        ("[per-file-ignores]\n'a/*' = ['merge-runs']", "a/x", "# fixers left out: merge-runs"),
        ("[per-file-ignores]\n'a/*' = ['merge-runs']", "b/x", "# fixers left out: none"),
        (
            "extend-select = ['sort-packages']",
            "Dockerfile",
            "# fixers left out: none; further ones that run: sort-packages",
        ),
        (
            "exclude = ['old/']",
            "old/Dockerfile",
            "# fixers left out: none\n# the file is excluded: it is passed over unless it is named",
        ),
    ],
)
def test_what_holds_for_that_very_file(call: Caller, text: str, file: str, expected: str) -> None:
    call.write({"dfix.toml": text})
    assert call("config", "--show", file).out.endswith(f"\n{expected}\n")


def test_what_hadolint_ignores_is_left_out(call: Caller) -> None:
    call.write({"dfix.toml": "", ".hadolint.yaml": "ignored: [DL3020, SC2086]\n"})
    out = call("config", "--show", "Dockerfile").out
    assert out.endswith("\n# fixers left out: add-to-copy\n")


@pytest.mark.parametrize("name", [".", "..", "a", "a/", "a/../a"])
def test_a_folder_has_what_its_dockerfile_has(
    call: Caller, name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    call.write({"dfix.toml": 'level = "safe"\n', "a/dfix.toml": 'level = "aggressive"\n'})
    if name.startswith("."):
        monkeypatch.chdir(call.folder / "a")
    done = call("config", "--show", name)
    expected = "safe" if name == ".." else "aggressive"
    assert f'level = "{expected}"' in done.out
    assert done.out == call("config", "--show", f"{name}/Dockerfile").out
