"""What the server finds and offers, as an editor sees it."""

import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

import dfix
from dfix.parser import parse
from dfix.plan import plan
from tests.lsp.client import EVERYTHING, Client, Message, ServerError
from tests.lsp.conftest import Editor, at

ADD = "FROM debian:12\nADD . /app\n"
COPY = "FROM debian:12\nCOPY . /app\n"


def codes(found: list[Message]) -> list[str]:
    return [each["code"] for each in found if "code" in each]


def titles(actions: list[Message], start: str = "") -> list[str]:
    return [each["title"] for each in actions if each["title"].startswith(start)]


# Nothing to say


@pytest.mark.parametrize(
    "text", ["", "\n", "# nothing\n", "ARG a\n", "FROM {{ base }}\nADD . /app\n"]
)
def test_nothing_is_found(editor: Editor, text: str) -> None:
    opened = editor(text)
    assert opened.diagnostics() == []
    assert opened.actions() == []
    assert opened.formatted() == text
    assert opened.ask("textDocument/hover", 0, 0) is None
    assert opened.ask("textDocument/prepareRename", 0, 0) is None


@pytest.mark.parametrize(
    ("name", "language"),
    [("main.py", "python"), ("Dockerfile.j2", "dockerfile"), ("Dockerfile.md", "markdown")],
)
def test_another_language_is_passed_over(
    client: Client, tmp_path: Path, name: str, language: str
) -> None:
    uri = (tmp_path / name).as_uri()
    client.open(uri, ADD, language=language)
    place = {"uri": uri}
    position = {"line": 1, "character": 0}
    params = {"textDocument": place, "range": at(1), "context": {"diagnostics": []}}
    options = {"tabSize": 1, "insertSpaces": True}
    assert client.ask("textDocument/codeAction", params) is None
    formatting = {"textDocument": place, "options": options}
    assert client.ask("textDocument/formatting", formatting) is None
    asked = {"textDocument": place, "position": position}
    assert client.ask("textDocument/hover", asked) is None
    assert client.ask("textDocument/prepareRename", asked) is None
    assert client.ask("textDocument/rename", {**asked, "newName": "x"}) is None
    client.tell("textDocument/didClose", {"textDocument": place})


def test_a_name_is_enough(client: Client, tmp_path: Path) -> None:
    uri = (tmp_path / "api.Dockerfile").as_uri()
    client.open(uri, ADD, language="plaintext")
    assert "add-to-copy" in codes(client.diagnostics(uri))
    client.tell("textDocument/didClose", {"textDocument": {"uri": uri}})
    assert client.diagnostics(uri) == []


def test_what_is_switched_off_is_not_told(editor: Editor) -> None:
    opened = editor("# dfix: ignore-file\n" + ADD)
    assert opened.diagnostics() == []
    opened.replace("FROM debian:12\n# dfix: ignore=add-to-copy\nADD . /app\n")
    assert "add-to-copy" not in codes(opened.diagnostics())
    assert "add-to-copy" not in "".join(titles(opened.actions()))


# Findings


def test_findings(editor: Editor) -> None:
    opened = editor("FROM debian:12\nADD . /app\nADD https://example.com/a.zip /b/\n")
    found = {
        each["data"]["line"]: each for each in opened.diagnostics() if each["code"] == "add-to-copy"
    }
    assert found[2]["severity"] == 2
    assert found[2]["range"] == {
        "start": {"line": 1, "character": 0},
        "end": {"line": 1, "character": 10},
    }
    assert found[2]["source"] == "dfix"
    assert found[2]["message"].endswith("[would be fixed]")
    assert found[2]["codeDescription"]["href"].startswith("https://")
    assert found[3]["severity"] == 4
    assert "[refused: " in found[3]["message"]


def test_advice_and_what_needs_a_bolder_level_are_information(editor: Editor) -> None:
    found = {
        each["code"]: each
        for each in editor("FROM debian:9\nRUN apt-get install -y vim\n").diagnostics()
    }
    assert found["eol-base"]["severity"] == 3
    assert "[advice: " in found["eol-base"]["message"]
    assert found["no-install-recommends"]["severity"] == 3
    assert "needs --level aggressive" in found["no-install-recommends"]["message"]


@pytest.mark.parametrize(
    ("text", "line"), [("FROM a\nFRON b\n", 1), ("RUN x\n", 0), ("FROM a\n\nCOPY a\n", 2)]
)
def test_what_the_builder_refuses_is_an_error_in_its_line(
    editor: Editor, text: str, line: int
) -> None:
    opened = editor(text)
    (found,) = opened.diagnostics()
    assert found["severity"] == 1
    assert found["range"]["start"] == {"line": line, "character": 0}
    assert found["range"]["end"]["line"] == line
    assert opened.actions() == []
    assert opened.formatted() == text


@pytest.mark.parametrize("end", ["\n", "\r\n"])
def test_places_count_in_utf_16(editor: Editor, end: str) -> None:
    lines = ["FROM debian:12", "# 😀\u2028\f\v", "LABEL a=😀  b=é", 'ENV  😀é "a"', "ADD . /😀/"]
    opened = editor(end.join((*lines, "")))
    found = [each for each in opened.diagnostics() if each["code"] == "add-to-copy"]
    assert [each["range"] for each in found] == [
        {"start": {"line": 4, "character": 0}, "end": {"line": 4, "character": 10}}
    ]


def test_a_lone_carriage_return_is_a_line_to_the_editor_alone(editor: Editor) -> None:
    opened = editor("FROM debian:12\n# a\r# b\nADD . /app\n")
    (found,) = (each for each in opened.diagnostics() if each["code"] == "add-to-copy")
    assert found["range"]["start"] == {"line": 3, "character": 0}
    (action,) = opened.actions(at(3), ["quickfix"])[:1]
    assert opened.made(action) == "FROM debian:12\n# a\r# b\nCOPY . /app\n"


def test_half_a_character_is_no_matter(editor: Editor) -> None:
    opened = editor("FROM debian:12\nLABEL a=\ud83d\nADD . /app\ude00\n")
    assert "add-to-copy" in codes(opened.diagnostics())
    fixed = "FROM debian:12\nLABEL a=\ud83d\nCOPY . /app\ude00\n"
    assert opened.made(opened.actions(at(2), ["quickfix"])[0]) == fixed


def test_a_byte_order_mark_stays(editor: Editor) -> None:
    opened = editor("\ufeff" + ADD)
    assert "add-to-copy" in codes(opened.diagnostics())
    assert opened.formatted() == "\ufeff" + COPY


# Quick fixes


@pytest.mark.parametrize("end", ["\n", "\r\n"])
def test_a_fix_is_of_its_finding_alone(editor: Editor, end: str) -> None:
    text = end.join(["FROM debian:12", "ADD a.py /", "RUN cd /x && make 😀", "ADD b.py /", ""])
    opened = editor(text)
    fix = opened.actions(at(3, 4), ["quickfix"])[0]
    assert fix["title"].startswith("Fix add-to-copy")
    assert fix["isPreferred"] is True
    assert fix["diagnostics"][0]["range"]["start"]["line"] == 3
    assert opened.made(fix) == text.replace("ADD b", "COPY b")


def test_what_is_refused_has_no_fix(editor: Editor) -> None:
    opened = editor("FROM debian:12\nADD https://example.com/a.zip /b/\n")
    assert titles(opened.actions(at(1)), "Fix add-to-copy") == []


def test_each_fix_is_what_the_fixer_alone_would_do(editor: Editor) -> None:
    # Fixers that meet one another are tried one by one; with one finding each, that is the same.
    text = (
        "from debian:12\nMAINTAINER me\nENV a b\nADD x.py /\nRUN apt-get update && apt-get -y install curl\n"
        'CMD node "server.js"\n'
    )
    opened = editor(text)
    found = [each for each in opened.diagnostics() if each["severity"] == 2]
    fixers = [each["code"] for each in found]
    tried = 0
    for action in opened.actions(only=["quickfix"]):
        if action["title"].startswith("Fix "):
            name = action["data"]["fixer"]
            if fixers.count(name) == 1:
                alone = dfix.fix(text, select=[name]).after.decode()
                assert opened.made(action) == alone != text
                tried += 1
    assert tried >= 4


def test_actions_are_of_the_kinds_that_are_asked_for(editor: Editor) -> None:
    opened = editor(ADD)
    kinds = {each["kind"] for each in opened.actions()}
    assert kinds == {"quickfix", "source.fixAll.dfix"}
    for only in (["source"], ["source.fixAll"], ["source.fixAll.dfix"]):
        assert {each["kind"] for each in opened.actions(only=only)} == {"source.fixAll.dfix"}
    assert opened.actions(only=["refactor"]) == opened.actions(only=["source.fixAll.other"]) == []
    assert opened.actions(only=["quick"]) == []


def test_an_action_is_not_made_for_a_text_that_has_changed(editor: Editor) -> None:
    opened = editor(ADD)
    action = opened.actions(at(1), ["quickfix"])[0]
    opened.replace("FROM debian:12\n\n\nADD . /app\n")
    with pytest.raises(ServerError) as error:
        opened.made(action)
    assert error.value.code == -32801


def test_an_editor_that_can_do_little_gets_all_at_once(tmp_path: Path) -> None:
    with Client() as client:
        client.begin({})
        assert client.capabilities["positionEncoding"] == "utf-16"
        opened = Editor(client, tmp_path)("FROM debian:12\nADD . /😀\n")
        actions = opened.actions()
        assert all(list(each["edit"]) == ["changes"] for each in actions)
        assert all("data" not in each for each in actions)
        fixed = [opened.made(each) for each in actions if "Fix" in each["title"]]
        assert fixed == ["FROM debian:12\nCOPY . /😀\n"] * 2
        assert opened.ask("textDocument/hover", 1, 0)["contents"]["kind"] == "plaintext"
        assert client.end() == 0


@pytest.mark.parametrize(
    ("offered", "chosen", "character"),
    [
        (None, "utf-16", 12),
        ([], "utf-16", 12),
        (["utf-7"], "utf-16", 12),
        (["utf-32", "utf-8"], "utf-32", 11),
        (["utf-8", "utf-16"], "utf-8", 14),
    ],
)
def test_units_are_agreed_on(
    tmp_path: Path, offered: list[str] | None, chosen: str, character: int
) -> None:
    with Client() as client:
        client.begin({"general": {"positionEncodings": offered}})
        assert client.capabilities["positionEncoding"] == chosen
        uri = (tmp_path / "Dockerfile").as_uri()
        client.open(uri, "FROM debian:12\nADD 😀 /app/\n")
        (found,) = (x for x in client.diagnostics(uri) if x["code"] == "add-to-copy")
        assert found["range"]["end"] == {"line": 1, "character": character}
        place = {"line": 1, "character": character}
        change = {"range": {"start": place, "end": place}, "text": "b"}
        client.change(uri, 2, change)
        (found,) = (x for x in client.diagnostics(uri, 2) if x["code"] == "add-to-copy")
        assert found["range"]["end"] == {"line": 1, "character": character + 1}
        assert client.end() == 0


# All fixes, and formatting

SHOP = Path(__file__).parents[2] / "examples" / "shop"


def test_all_fixes_are_those_of_the_command_line(tmp_path: Path) -> None:
    tree = tmp_path / "tree"
    for path in sorted(SHOP.rglob("*")):
        if path.is_file():
            copy = tree / path.relative_to(SHOP)
            copy.parent.mkdir(parents=True, exist_ok=True)
            copy.write_bytes(path.read_bytes())
    files = sorted(tree.rglob("Dockerfile*"))
    with Client(folder=tree) as client:
        client.begin(folders=[tree])
        editor = Editor(client, tree)
        made = {}
        for path in files:
            opened = editor(path.read_bytes().decode(), str(path.relative_to(tree)))
            actions = opened.actions(only=["source.fixAll"])
            made[path] = opened.made(actions[0]) if actions else opened.text
        assert client.end() == 0
    subprocess.run(
        [sys.executable, "-m", "dfix", "--quiet", "."],
        cwd=tree,
        env={"DFIX_STATE_DIR": str(tmp_path / "state"), "PATH": "/usr/bin:/bin"},
        check=True,
        timeout=120,
    )
    assert made == {path: path.read_bytes().decode() for path in files}
    assert any(each != (SHOP / path.relative_to(tree)).read_text() for path, each in made.items())


def test_formatting_is_safe(editor: Editor) -> None:
    text = "from node:latest\nENV a b\nADD . /app\nCMD node server.js\n"
    opened = editor(text)
    safe = dfix.fix(text, level="safe").after.decode()
    assert opened.formatted() == safe
    assert "COPY" in safe
    (everything,) = opened.actions(only=["source"])
    assert opened.made(everything) == dfix.fix(text).after.decode() != safe


# Hover


def test_nothing_is_told_beside_a_finding(editor: Editor) -> None:
    opened = editor("FROM scratch\n\n\nCOPY a /a\n")
    assert opened.ask("textDocument/hover", 1, 0) is None
    assert opened.ask("textDocument/hover", 99, 99) is None


def test_a_finding_is_explained(editor: Editor) -> None:
    opened = editor(ADD)
    told = opened.ask("textDocument/hover", 1, 3)
    assert told["contents"]["kind"] == "markdown"
    value = told["contents"]["value"]
    assert value.startswith("**add-to-copy** (safe, DL3020)")
    assert "**Why**" in value
    assert "**When it is refused**" in value
    assert "<https://" in value
    assert told["range"]["end"] == {"line": 1, "character": 10}


def test_the_text_of_a_file_is_told_as_it_is(editor: Editor) -> None:
    name = "a_b*c[x](http://evil.example)<img>"
    text = f"FROM debian:12 AS x\nARG v\nRUN echo ${{{name}\nADD https://e.example/*{name}* /\n"
    opened = editor(text)
    for line in range(4):
        told = opened.ask("textDocument/hover", line, 0)
        if told is not None:
            assert "](http" not in told["contents"]["value"]
            assert "<img>" not in told["contents"]["value"]


# Suppression


@pytest.mark.parametrize("end", ["\n", "\r\n"])
def test_a_comment_switches_a_finding_off(editor: Editor, end: str) -> None:
    opened = editor(end.join(["FROM debian:12", "ADD . /😀", ""]))
    (action,) = [x for x in opened.actions(at(1)) if x["title"].startswith("Ignore add-to-copy")]
    assert action["kind"] == "quickfix"
    assert "isPreferred" not in action
    text = opened.made(action)
    assert text == end.join(["FROM debian:12", "# dfix: ignore=add-to-copy", "ADD . /😀", ""])
    opened.replace(text)
    assert "add-to-copy" not in codes(opened.diagnostics())


def test_every_finding_can_be_switched_off(editor: Editor) -> None:
    opened = editor(
        "FROM debian\nENV a b\nRUN cd /tmp && curl x | sh \\\n  && sudo ls\nADD https://e.example/a /\nCMD a\n"
    )
    before = opened.diagnostics()
    assert len(codes(before)) >= 4
    for action in [x for x in opened.actions() if x["title"].startswith("Ignore ")]:
        text = opened.made(action)
        assert plan(parse(text.encode())).difference(plan(parse(opened.text.encode()))) == ()
        name, line = action["data"]["fixer"], action["data"]["line"]
        left = dfix.fix(text).findings
        assert not [
            x for x in left if (x.fixer, x.line) == (name, line + 1) and x.status != "suppressed"
        ]


# Renaming


def test_renaming(editor: Editor) -> None:
    text = "FROM debian:12 AS build\nFROM debian:12\nRUN echo 😀\nCOPY --from=Build /😀 /a\n"
    opened = editor(text)
    place = opened.ask("textDocument/prepareRename", 3, 12)
    assert place == {
        "range": {"start": {"line": 3, "character": 12}, "end": {"line": 3, "character": 17}},
        "placeholder": "Build",
    }
    same = opened.ask("textDocument/rename", 3, 12, newName="build")
    assert opened.with_edit(same) == text
    edit = opened.ask("textDocument/rename", 3, 12, newName="tools")
    assert opened.with_edit(edit) == text.replace("AS build", "AS tools").replace(
        "=Build", "=tools"
    )
    assert opened.ask("textDocument/prepareRename", 0, 0) is None


@pytest.mark.parametrize(
    ("name", "why"), [("", "letter"), ("scratch", "builder"), ("9", "letter"), ("b c", "letter")]
)
def test_a_name_is_declined_with_the_reason(editor: Editor, name: str, why: str) -> None:
    opened = editor("FROM debian:12 AS build\n")
    with pytest.raises(ServerError, match=why) as error:
        opened.ask("textDocument/rename", 0, 20, newName=name)
    assert error.value.code == -32803


# Settings, and files beside


def _found(client: Client, uri: str, wanted: Callable[[list[str]], bool]) -> list[str]:
    """The codes of the first findings that are wanted."""
    while True:
        found = codes(client.diagnostics(uri))
        if wanted(found):
            return found


def test_settings_decide(tmp_path: Path) -> None:
    path = tmp_path / "Dockerfile"
    path.write_text(text := "from debian:12\nADD . /app\nCMD node a.js\n")
    uri = path.as_uri()
    with Client() as client:
        client.begin(options={"dfix": {"select": ["DL3020"]}})
        client.open(uri, text)
        assert codes(client.diagnostics(uri)) == ["add-to-copy"]
        client.tell("workspace/didChangeConfiguration", {"settings": {"ignore": ["add-to-copy"]}})
        found = _found(client, uri, lambda x: "add-to-copy" not in x)
        assert "instruction-casing" in found
        for nothing in ({}, {"pylsp": {"level": 1}}):
            client.tell("workspace/didChangeConfiguration", {"settings": nothing})
        assert _found(client, uri, lambda x: len(x) == 1) == ["add-to-copy"]
        client.configuration = {"select": ["instruction-casing"], "level": "safe"}
        client.tell("workspace/didChangeConfiguration", {"settings": None})
        assert _found(client, uri, lambda x: len(x) == 1) == ["instruction-casing"]
        for wrong in ({"level": "x"}, {"select": ["no-such"]}, 7):
            client.tell("workspace/didChangeConfiguration", {"settings": {"dfix": wrong}})
            said = client.hear(lambda x: x["method"] == "window/showMessage")
            assert said["params"]["type"] == 1
            assert "\n" not in said["params"]["message"]
        client.change(uri, 2, {"text": text})
        assert codes(client.diagnostics(uri, 2)) == ["instruction-casing"]
        assert client.end() == 0


def test_settings_that_cannot_be_followed_are_told_at_the_start(tmp_path: Path) -> None:
    with Client() as client:
        client.begin(options={"select": ["no-such"]})
        said = client.hear(lambda x: x["method"] == "window/showMessage")
        assert "no-such" in said["params"]["message"]
        uri = (tmp_path / "Dockerfile").as_uri()
        client.open(uri, ADD)
        assert "add-to-copy" in _found(client, uri, lambda x: x != [])
        assert client.end() == 0


def test_files_beside_it_decide(tmp_path: Path) -> None:
    path = tmp_path / "Dockerfile"
    path.write_text(ADD)
    config = tmp_path / "dfix.toml"
    config.write_text('select = ["add-to-copy"]\n')
    with Client() as client:
        client.begin(folders=[tmp_path])
        asked = client.hear(lambda x: x["method"] == "client/registerCapability")
        watchers = asked["params"]["registrations"][0]["registerOptions"]["watchers"]
        assert any("dfix.toml" in each["globPattern"] for each in watchers)
        client.open(path.as_uri(), ADD)
        assert codes(client.diagnostics(path.as_uri())) == ["add-to-copy"]
        config.write_text('select = ["instruction-casing"]\n')
        changes = {"changes": [{"uri": config.as_uri(), "type": 2}]}
        client.tell("workspace/didChangeWatchedFiles", changes)
        assert client.diagnostics(path.as_uri()) == []
        config.write_text("level = 7\n")
        client.tell("textDocument/didSave", {"textDocument": {"uri": config.as_uri()}})
        (found,) = client.diagnostics(path.as_uri())
        assert found["message"] == f"{config}:1: level must be a text"
        config.write_text('exclude = ["Dockerfile"]\n')
        client.tell("workspace/didChangeWatchedFiles", changes)
        assert client.diagnostics(path.as_uri()) == []
        assert client.end() == 0


def test_hadolints_own_file_says_how_grave_a_finding_is(tmp_path: Path) -> None:
    path = tmp_path / "Dockerfile"
    path.write_text(ADD)
    (tmp_path / ".hadolint.yaml").write_text("override:\n  error: [DL3020]\n")
    with Client() as client:
        client.begin()
        client.open(path.as_uri(), ADD)
        found = {x["code"]: x["severity"] for x in client.diagnostics(path.as_uri())}
        assert found.pop("add-to-copy") == 1
        assert 1 not in found.values()
        assert client.end() == 0


def test_what_is_in_the_editor_alone_has_nothing_beside_it(tmp_path: Path) -> None:
    text = "FROM debian:12\nADD things /app/\n"
    (tmp_path / "things").mkdir()
    path = tmp_path / "Dockerfile"
    with Client(folder=tmp_path) as client:
        client.begin({**EVERYTHING}, folders=[tmp_path])
        fixed = []
        for uri in ("untitled:Dockerfile", path.as_uri()):
            client.open(uri, text)
            (found,) = (x for x in client.diagnostics(uri) if x["code"] == "add-to-copy")
            fixed.append(found["severity"] == 2)
        path.write_text(text)
        client.tell("textDocument/didSave", {"textDocument": {"uri": path.as_uri()}})
        (found,) = (x for x in client.diagnostics(path.as_uri()) if x["code"] == "add-to-copy")
        assert [*fixed, found["severity"] == 2] == [False, False, True]
        assert client.end() == 0
