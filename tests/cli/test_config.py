"""`dfix config --show FILE`: which configuration holds, and where it was read."""

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
    assert f'pin-base-image.policy = "minor"  # {place}:4\n' in done.out
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
