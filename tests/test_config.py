from pathlib import Path
from typing import Any

import pytest

from dfix.config import ConfigError, Settings, forget_settings, settings_for


@pytest.fixture(autouse=True)
def _fresh() -> None:
    forget_settings()


def put(root: Path, **texts: str) -> None:
    """Write files: `__` stands for a slash, `_` for a dot."""
    for name, text in texts.items():
        path = root / name.replace("__", "/").replace("_", ".")
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)


def read(root: Path, file: str = "Dockerfile", config: Path | None = None) -> Settings:
    return settings_for(root / file, config=config)


@pytest.mark.parametrize(
    "texts",
    [
        {},
        {"pyproject_toml": "[project]\nname = 'x'\n"},
        {"pyproject_toml": "[project\n"},
        {"pyproject_toml": "[tool.other]\ndfix = 1\n"},
        {"pyproject_toml": "tool = 1 # dfix\n"},
        {"dfix_toml": ""},
        {"sub__dfix_toml": "level = 'safe'\n"},
        {"dfix_toml__x": "level = 'safe'\n"},
        {"_hadolint_yaml": "override:\n  error: [DL3008]\n"},
        {"_hadolint_yaml": ""},
        {"_hadolint_yaml": "ignored:\ntrustedRegistries:\n"},
    ],
)
def test_nothing_is_set(tmp_path: Path, texts: dict[str, str]) -> None:
    put(tmp_path, **texts)
    settings = read(tmp_path)
    assert (settings.level, settings.select, settings.options) == ("standard", None, {})
    assert settings.ignored(tmp_path / "Dockerfile") == frozenset()
    assert not settings.excludes(tmp_path / "Dockerfile")


@pytest.mark.parametrize(
    ("text", "line", "message"),
    [
        ("levl = 'safe'\n", 1, "there is no setting levl"),
        ("\nlevel = 'bold'\n", 2, "level must be one of safe, standard, aggressive"),
        ("level = 1\n", 1, "level must be a text"),
        ("# select\nselect = 'a'\n", 2, "select must be a list of texts"),
        ("ignore = ['a', 1]\n", 1, "ignore must be a list of texts, and holds something else"),
        ("exclude = true\n", 1, "exclude must be a list of texts"),
        ("context = ['a']\n", 1, "context must be a text"),
        ("level = 'safe'\nper-file-ignores = ['a']\n", 2, "per-file-ignores must be a table"),
        ("[per-file-ignores]\n'a/*' = 'b'\n", 2, "a/* must be a list of texts"),
        ("exclude = [\n  'ok',\n  '!',\n]\n", 3, "! is no pattern"),
        ("select = []\nselect = []\n", 2, "Cannot overwrite a value"),
        ("\n\nlevel = \n", 3, "Invalid value"),
        ("level = 'safe'\nselect = []\nselect = []", 3, "Cannot overwrite a value"),
        ("level = 'safe'\n\nignore = [\n", 3, "Invalid value"),
        ("x = " + "1" * 5000, 1, "Exceeds the limit"),
        ("x = " + "[" * 5000, 1, "nested too deeply"),
        ("x = 1 # tool\n[tool.dfix]\n", 1, "there is no setting x"),
        ("\n[tool.dfix]\nlevel = 'safe'\n", 2, "settings in a file of their own stand without"),
    ],
)
def test_what_cannot_be_followed_is_named_with_its_line(
    tmp_path: Path, text: str, line: int, message: str
) -> None:
    put(tmp_path, dfix_toml=text)
    with pytest.raises(ConfigError) as caught:
        read(tmp_path)
    assert str(caught.value).startswith(f"{tmp_path / 'dfix.toml'}:{line}: {message}")


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("[project]\nlevel = 'x'\n[tool.dfix]\nlevel = 'bold'\n", 4),
        ("[tool]\ndfix = 1\n", 2),
        ("[tool.dfix]\n\nnone = 1\n", 3),
    ],
)
def test_lines_in_pyproject(tmp_path: Path, text: str, line: int) -> None:
    put(tmp_path, pyproject_toml=text)
    with pytest.raises(ConfigError) as caught:
        read(tmp_path)
    assert caught.value.line == line


@pytest.mark.parametrize(
    ("text", "line", "message"),
    [
        ("ignored: DL3008\n", 1, "ignored must be a list"),
        ("x: y\nignored: [[a]]\n", 2, "ignored must be a list of texts, and holds something else"),
        ("- a\n", 1, "must be a mapping"),
        ("a: 1\nb: [\n", 3, "expected the node content"),
        (
            "ignored: []\n---\nignored: []\n",
            2,
            "expected a single document in the stream, but found",
        ),
    ],
)
def test_a_hadolint_file_that_cannot_be_followed(
    tmp_path: Path, text: str, line: int, message: str
) -> None:
    put(tmp_path, _hadolint_yaml=text)
    with pytest.raises(ConfigError) as caught:
        read(tmp_path)
    assert caught.value.line == line
    assert message in str(caught.value)


@pytest.mark.parametrize("name", ["none.toml", "pyproject.toml"])
def test_a_named_file_must_be_there_and_hold_settings(tmp_path: Path, name: str) -> None:
    put(tmp_path, pyproject_toml="[project]\n")
    with pytest.raises(ConfigError, match="no such file, or it holds no settings"):
        read(tmp_path, config=tmp_path / name)


FULL = """
level = "safe"
select = ["a", "DL3020"]
extend-select = ["b"]
ignore = ["c"]
exclude = ["gen/"]
trusted-registries = ["docker.io"]
context = "build/.."

[per-file-ignores]
"tests/**" = ["d"]
"*.dev" = ["e", "f"]

[pin-base-image]
policy = "minor"
names = ["x", ["y"]]
"""


@pytest.mark.parametrize(
    "texts",
    [
        {"dfix_toml": FULL},
        {
            "pyproject_toml": "[tool.dfix]"
            + FULL.replace("[per-file", "[tool.dfix.per-file").replace("[pin-", "[tool.dfix.pin-")
        },
    ],
    ids=["dfix.toml", "pyproject.toml"],
)
def test_everything_is_set(tmp_path: Path, texts: dict[str, str]) -> None:
    put(tmp_path, **texts)
    settings = read(tmp_path, "a/b/Dockerfile")
    assert settings.level == "safe"
    assert settings.select == ("a", "DL3020")
    assert settings.extend_select == ("b",)
    assert settings.ignore == ("c",)
    assert settings.trusted_registries == ("docker.io",)
    assert settings.context == tmp_path / "build" / ".."
    assert settings.options == {"pin-base-image": {"policy": "minor", "names": ("x", ("y",))}}
    assert settings.base == tmp_path
    (name,) = (path.name for path in tmp_path.iterdir())
    assert settings.origins["level"] == f"{tmp_path / name}:2"
    assert settings.origins["pin-base-image"] == f"{tmp_path / name}:14"
    ignored: dict[str, set[str]] = {
        "Dockerfile": {"c"},
        "a.dev": {"c", "e", "f"},
        "tests/a/b.dev": {"c", "d", "e", "f"},
        "a/tests/Dockerfile": {"c"},
    }
    assert {file: set(settings.ignored(tmp_path / file)) for file in ignored} == ignored
    assert settings.excludes(tmp_path / "a" / "gen" / "Dockerfile")
    assert not settings.excludes(tmp_path / "generate" / "Dockerfile")
    assert not settings.excludes(tmp_path.parent / "Dockerfile")


def test_settings_cannot_be_changed(tmp_path: Path) -> None:
    put(tmp_path, dfix_toml=FULL)
    options: Any = read(tmp_path).options
    with pytest.raises(TypeError):
        options["x"] = {}
    with pytest.raises(TypeError):
        options["pin-base-image"]["policy"] = "major"


def test_the_nearest_file_counts_alone(tmp_path: Path) -> None:
    put(tmp_path, dfix_toml="level = 'safe'\nignore = ['a']\n", sub__dfix_toml="ignore = ['b']\n")
    assert read(tmp_path, "sub/x/Dockerfile").ignore == ("b",)
    assert read(tmp_path, "sub/x/Dockerfile").level == "standard"
    assert read(tmp_path, "other/Dockerfile").level == "safe"


def test_dfix_toml_comes_before_pyproject(tmp_path: Path) -> None:
    put(
        tmp_path, dfix_toml="level = 'safe'\n", pyproject_toml="[tool.dfix]\nlevel = 'aggressive'\n"
    )
    assert read(tmp_path).level == "safe"


def test_a_pyproject_without_our_table_is_passed_by(tmp_path: Path) -> None:
    put(tmp_path, dfix_toml="level = 'safe'\n", sub__pyproject_toml="[project]\nname = 'dfix'\n")
    assert read(tmp_path, "sub/Dockerfile").level == "safe"


def test_a_named_file_counts_instead(tmp_path: Path) -> None:
    put(
        tmp_path,
        dfix_toml="level = 'safe'\n",
        etc__my_toml="level = 'aggressive'\nexclude = ['/a']\n",
    )
    settings = read(tmp_path, config=tmp_path / "etc" / "my.toml")
    assert settings.level == "aggressive"
    assert settings.base == tmp_path / "etc"


@pytest.mark.parametrize("name", [".hadolint.yaml", ".hadolint.yml"])
def test_hadolint(tmp_path: Path, name: str) -> None:
    (tmp_path / name).write_text("ignored: [DL3008, SC2086]\ntrustedRegistries:\n  - docker.io\n")
    put(tmp_path, sub__dfix_toml="ignore = ['a']\ntrusted-registries = ['b']\n")
    settings = read(tmp_path, "sub/Dockerfile")
    assert settings.hadolint_ignored == ("DL3008", "SC2086")
    assert settings.ignored(tmp_path / "sub" / "Dockerfile") == {"a", "DL3008", "SC2086"}
    assert settings.trusted_registries == ("b", "docker.io")


def test_the_nearest_hadolint_file_counts_alone(tmp_path: Path) -> None:
    put(tmp_path, _hadolint_yaml="ignored: [DL1]\n", sub___hadolint_yaml="ignored: [DL2]\n")
    assert read(tmp_path, "sub/Dockerfile").hadolint_ignored == ("DL2",)
    named = read(tmp_path, "sub/Dockerfile", config=None)
    assert named.hadolint_ignored == ("DL2",)


def test_files_are_read_once(tmp_path: Path) -> None:
    put(tmp_path, dfix_toml="level = 'safe'\n")
    assert read(tmp_path).level == "safe"
    put(tmp_path, dfix_toml="level = 'aggressive'\n")
    assert read(tmp_path).level == "safe"
    forget_settings()
    assert read(tmp_path).level == "aggressive"


@pytest.mark.parametrize("end", ["\n", "\r\n"])
@pytest.mark.parametrize("name", ["dfix_toml", "pyproject_toml", "_hadolint_yaml"])
def test_a_byte_order_mark_is_passed_over(tmp_path: Path, name: str, end: str) -> None:
    text = {
        "dfix_toml": "ignore = ['DL3020']\nnone = 1\n",
        "pyproject_toml": "[tool.dfix]\nnone = 1\n",
        "_hadolint_yaml": "ignored:\n  - 1\n  - [a]\n",
    }[name].replace("\n", end)
    put(tmp_path, **{name: text})
    with pytest.raises(ConfigError) as plain:
        read(tmp_path)
    put(tmp_path, **{name: "\ufeff" + text})
    forget_settings()
    with pytest.raises(ConfigError) as marked:
        read(tmp_path)
    assert str(marked.value) == str(plain.value)


LINKED = {
    "dfix.toml": 'level = "safe"\n',
    "pyproject.toml": '[tool.dfix]\nlevel = "safe"\n',
    ".hadolint.yaml": "ignored: [DL3008]\n",
}


@pytest.mark.parametrize("name", LINKED)
def test_a_link_that_leads_out_of_the_tree_is_not_followed(tmp_path: Path, name: str) -> None:
    (tmp_path / "tree/a/.git").mkdir(parents=True)
    (tmp_path / "elsewhere").write_text(LINKED[name])
    link = tmp_path / "tree/a" / name
    link.symlink_to(tmp_path / "elsewhere")
    with pytest.raises(ConfigError, match="a symbolic link that leads out of its tree"):
        settings_for(tmp_path / "tree/a/b/Dockerfile")


@pytest.mark.parametrize("name", ["dfix.toml", "pyproject.toml"])
def test_a_link_that_a_person_names_is_followed(tmp_path: Path, name: str) -> None:
    (tmp_path / "tree").mkdir()
    (tmp_path / "elsewhere").write_text(LINKED[name])
    (tmp_path / "tree" / name).symlink_to("../elsewhere")
    named = settings_for(tmp_path / "Dockerfile", config=tmp_path / "tree" / name)
    assert named.level == "safe"


@pytest.mark.parametrize("name", LINKED)
def test_a_link_within_the_tree_is_followed(tmp_path: Path, name: str) -> None:
    for folder in (".git", "shared", "a"):
        (tmp_path / folder).mkdir()
    (tmp_path / "shared" / name).write_text(LINKED[name])
    (tmp_path / "a" / name).symlink_to(f"../shared/{name}")
    settings = settings_for(tmp_path / "a/Dockerfile")
    assert settings.level == "safe" or settings.hadolint_ignored == ("DL3008",)


def test_a_link_without_settings_of_ours_is_nobodys_business(tmp_path: Path) -> None:
    (tmp_path / "tree").mkdir()
    (tmp_path / "elsewhere").write_text("[project]\nname = 'other'\n")
    (tmp_path / "tree/pyproject.toml").symlink_to("../elsewhere")
    assert settings_for(tmp_path / "tree/Dockerfile") == settings_for(tmp_path / "Dockerfile")
