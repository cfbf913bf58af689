"""`.hadolint.yaml` as dfix reads it: each key, and what somebody may have made to upset a reader."""

from pathlib import Path

import pytest

from dfix.config import ConfigError, forget_settings, settings_for
from dfix.hadolint import HadolintSettings, read_hadolint


@pytest.fixture(autouse=True)
def _fresh() -> None:
    forget_settings()


def _read(folder: Path, text: str | bytes) -> HadolintSettings:
    path = folder / ".hadolint.yaml"
    path.write_bytes(text.encode() if isinstance(text, str) else text)
    found = read_hadolint(path)
    assert found is not None
    return found


@pytest.mark.parametrize(
    "text",
    [
        "",
        "# nothing\n",
        "---\n...\n",
        "ignored:\noverride:\ntrustedRegistries:\n",
        "ignored: []\noverride: {}\n",
        "override:\n  error:\n  none: [DL1]\n",
        "failure-threshold: error\nno-fail: true\nlabel-schema:\n  a: text\nstrict-labels: true\n",
        "disable-ignore-pragma: false\n",
        "disable-ignore-pragma:\n",
        "unknown: [1, {a: b}]\n",
    ],
)
def test_nothing_that_counts(tmp_path: Path, text: str) -> None:
    found = _read(tmp_path, text)
    assert (found.ignored, dict(found.severities), found.trusted_registries) == ((), {}, ())
    assert found.pragmas


def test_no_file(tmp_path: Path) -> None:
    assert read_hadolint(tmp_path / ".hadolint.yaml") is None
    (tmp_path / ".hadolint.yaml").mkdir()
    assert read_hadolint(tmp_path / ".hadolint.yaml") is None


def test_all_keys(tmp_path: Path) -> None:
    found = _read(
        tmp_path,
        "ignored:\n  - DL3008\n  - SC2086\noverride:\n  error: [DL3015, DL1]\n  style:\n"
        "    - DL3015\n    - dl3020\n  info: [DL3021]\n  warning: ['DL3022']\n"
        "trustedRegistries: [docker.io, '*.example.com']\ndisable-ignore-pragma: True\n",
    )
    assert found.ignored == ("DL3008", "SC2086")
    assert dict(found.severities) == {
        "dl3015": "error",
        "dl1": "error",
        "dl3020": "style",
        "dl3021": "info",
        "dl3022": "warning",
    }
    assert found.trusted_registries == ("docker.io", "*.example.com")
    assert not found.pragmas
    lines = {key: place.rpartition(":")[2] for key, place in found.origins.items()}
    assert lines == {
        "ignored": "1",
        "override": "4",
        "trustedRegistries": "11",
        "disable-ignore-pragma": "12",
    }


@pytest.mark.parametrize(
    ("text", "line", "message"),
    [
        ("ignored: DL3008\n", 1, "ignored must be a list"),
        ("ignored: {DL3008: x}\n", 1, "ignored must be a list"),
        ("\noverride: [DL1]\n", 2, "override must be a mapping"),
        ("override:\n  info: []\n  error: DL1\n", 3, "override.error must be a list"),
        (
            "override:\n  error: [[DL1]]\n",
            2,
            "override.error must be a list of texts, and holds something else",
        ),
        (
            "trustedRegistries: [{a: b}]\n",
            1,
            "trustedRegistries must be a list of texts, and holds",
        ),
        ("x: y\ndisable-ignore-pragma: maybe\n", 2, "disable-ignore-pragma must be true or false"),
        ("disable-ignore-pragma: [true]\n", 1, "disable-ignore-pragma must be true or false"),
        ("- DL3008\n", 1, "must be a mapping"),
        ("DL3008\n", 1, "must be a mapping"),
        ("a: 1\nb: [\n", 3, "expected the node content"),
        ("a: &a [*a]\n", 1, "an alias holds itself"),
        ("a: !!python/object/apply:os.system [true]\nignored: 1\n", 2, "ignored must be a list"),
        ("x: " + "[" * 5000, 1, "nested too deeply"),
        ("a: 1\n---\nb: 1\n", 2, "but found another document"),
        ("# " + "x" * 1_048_600, 1, "more than"),
    ],
)
def test_what_cannot_be_followed(tmp_path: Path, text: str, line: int, message: str) -> None:
    with pytest.raises(ConfigError) as caught:
        _read(tmp_path, text)
    assert caught.value.line == line
    assert message in str(caught.value)


def test_aliases_of_aliases_take_no_time(tmp_path: Path) -> None:
    levels = [f"a{at}: &a{at} [{', '.join([f'*a{at - 1}'] * 9)}]" for at in range(1, 30)]
    text = "\n".join(["a0: &a0 [x]", *levels, "ignored: *a29", ""])
    with pytest.raises(
        ConfigError, match="ignored must be a list of texts, and holds something else"
    ):
        _read(tmp_path, text)
    assert _read(tmp_path, text.replace("*a29", "*a0")).ignored == ("x",)


def test_merged_keys_count(tmp_path: Path) -> None:
    found = _read(tmp_path, "base: &b\n  error: [DL1]\noverride:\n  <<: *b\n")
    assert dict(found.severities) == {"dl1": "error"}


@pytest.mark.parametrize("name", [".hadolint.yaml", ".hadolint.yml"])
def test_the_nearest_counts_with_its_places(tmp_path: Path, name: str) -> None:
    (tmp_path / name).write_text("x: y\nignored: [DL1]\ntrustedRegistries: [a]\n")
    (tmp_path / "dfix.toml").write_text("trusted-registries = ['b']\n")
    settings = settings_for(tmp_path / "sub" / "Dockerfile")
    assert settings.hadolint_ignored == ("DL1",)
    assert settings.trusted_registries == ("b", "a")
    assert settings.origins["hadolint-ignored"] == f"{tmp_path / name}:2"
    assert settings.origins["trusted-registries"] == (
        f"{tmp_path / 'dfix.toml'}:1, {tmp_path / name}:3"
    )


def test_a_home_folder_is_not_asked(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    home = tmp_path / "home"
    for path in (".config/hadolint.yaml", ".hadolint/hadolint.yaml", ".hadolint.yaml"):
        (home / path).parent.mkdir(parents=True, exist_ok=True)
        (home / path).write_text("ignored: [DL3020]\n")
    monkeypatch.setenv("HOME", str(home))
    monkeypatch.setenv("XDG_CONFIG_HOME", str(home / ".config"))
    assert settings_for(tmp_path / "project" / "Dockerfile").hadolint_ignored == ()
