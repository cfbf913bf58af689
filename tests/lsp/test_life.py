"""How the server begins and ends, and what it does with messages and files that are no good."""

import asyncio
import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.lsp.client import PATIENCE, Client, Message, ServerError
from tests.lsp.conftest import Editor, at
from tests.processes import is_there

ADD = "FROM debian:12\nADD . /app\n"

pytestmark = pytest.mark.skipif(os.name != "posix", reason="looks at processes as POSIX has them")


@pytest.fixture
def fresh() -> Iterator[Client]:
    with Client() as client:
        yield client


def workers(client: Client) -> list[int]:
    """The processes that a server has started."""
    found = []
    for folder in Path("/proc").iterdir():
        if folder.name.isdecimal():
            try:
                parent = (folder / "stat").read_text().rpartition(")")[2].split()[1]
            except OSError:
                continue
            if int(parent) == client.process.pid:
                found.append(int(folder.name))
    return found


def await_end(processes: list[int]) -> None:
    deadline = time.monotonic() + PATIENCE
    while any(map(is_there, processes)):
        assert time.monotonic() < deadline, "a process goes on"
        time.sleep(0.02)


needs_proc = pytest.mark.skipif(not Path("/proc/self/stat").exists(), reason="there is no /proc")


# Ends


def test_the_end_in_order_is_no_failure(fresh: Client) -> None:
    fresh.begin()
    assert fresh.end() == 0
    assert fresh.errors == ""


def test_exit_alone_is_a_failure(fresh: Client) -> None:
    fresh.begin()
    fresh.tell("exit", None)
    assert fresh.process.wait(PATIENCE) == 1


def test_exit_before_the_beginning_ends_it(fresh: Client) -> None:
    fresh.tell("exit", None)
    assert fresh.process.wait(PATIENCE) == 1


@needs_proc
@pytest.mark.parametrize("shut_down", [True, False])
def test_an_editor_that_goes_leaves_nothing(
    fresh: Client, tmp_path: Path, *, shut_down: bool
) -> None:
    fresh.begin()
    Editor(fresh, tmp_path)(ADD).diagnostics()
    processes = workers(fresh)
    assert len(processes) in (1, 2)
    if shut_down:
        fresh.ask("shutdown", None)
    assert fresh.process.stdin is not None
    fresh.process.stdin.close()
    assert fresh.process.wait(PATIENCE) == (0 if shut_down else 1)
    await_end(processes)
    assert fresh.errors == ""


def test_an_editor_that_goes_at_once_is_no_error(fresh: Client) -> None:
    """What its first messages began is then still under way."""
    fresh.begin()
    assert fresh.process.stdin is not None
    fresh.process.stdin.close()
    assert fresh.process.wait(PATIENCE) == 1
    assert fresh.errors == ""


@pytest.mark.parametrize(
    ("redirection", "code", "told"),
    [
        ("0>/dev/null", 1, ""),
        ("<&-", 2, "dfix: error: standard input or output is closed: by these an editor talks"),
        (">&-", 2, "dfix: error: standard input or output is closed: by these an editor talks"),
    ],
)
def test_streams_that_are_no_use(redirection: str, code: int, told: str) -> None:
    done = subprocess.run(
        ["sh", "-c", f'exec "$0" -m dfix lsp {redirection}', sys.executable],
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
        timeout=PATIENCE,
    )
    assert done.returncode == code
    assert done.stderr.startswith(told)
    assert done.stderr.count("\n") == bool(told)


@needs_proc
def test_a_killed_server_leaves_no_worker(fresh: Client, tmp_path: Path) -> None:
    fresh.begin()
    Editor(fresh, tmp_path)(ADD).diagnostics()
    processes = workers(fresh)
    fresh.process.kill()
    await_end(processes)


@needs_proc
def test_an_editor_that_is_killed_is_noticed_though_its_pipe_is_held() -> None:
    # The process that is named as the editor ends; the pipe stays open.
    editor = subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE)
    with Client() as client:
        client.begin(processId=editor.pid)
        editor.kill()
        editor.wait()
        assert client.process.wait(PATIENCE) == 1
    assert editor.stdin is not None
    editor.stdin.close()


def test_an_interrupt_is_told_by_its_code(fresh: Client) -> None:
    fresh.begin()
    fresh.process.send_signal(signal.SIGINT)
    assert fresh.process.wait(PATIENCE) == 130
    assert "Traceback" not in fresh.errors


def test_the_module_that_is_missing_is_named(tmp_path: Path) -> None:
    code = (
        "import sys; sys.modules['pygls'] = None; sys.modules['lsprotocol'] = None\n"
        "sys.argv[1:] = ['lsp']; from dfix.cli import run; run()"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, timeout=60, check=False
    )
    assert done.returncode == 2
    assert done.stderr == ("dfix: error: the language server needs more: pip install 'dfix[lsp]'\n")


def test_the_server_itself_loads_no_engine() -> None:
    heavy = ("lark", "tree_sitter", "dfix.engine", "dfix.registry", "dfix.plan", "jinja2", "hcl2")
    code = f"import sys, dfix.lsp.features; print([x for x in {heavy!r} if x in sys.modules])"
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, timeout=60, check=True
    )
    assert done.stdout == "[]\n"


@pytest.mark.parametrize(
    "option",
    ["--time-limit=0", "--time-limit=x", "--time-limit=nan", "--time-limit=inf", "--port=1"],
)
def test_a_wrong_call(option: str) -> None:
    with Client(option) as client:
        assert client.process.wait(PATIENCE) == 2


def test_nothing_of_the_folder_is_imported(tmp_path: Path) -> None:
    for name in ("json", "dfix", "pickle", "lark", "pygls", "sitecustomize"):
        (tmp_path / f"{name}.py").write_text("raise SystemExit('imported')\n")
    script = Path(sys.executable).with_name("dfix")
    with Client(folder=tmp_path, command=[str(script), "lsp", "--stdio"]) as client:
        client.begin(folders=[tmp_path])
        assert Editor(client, tmp_path)(ADD).diagnostics() != []
        assert client.end() == 0
        assert client.errors == ""


# Messages that are no good


def test_what_comes_too_early_is_declined(fresh: Client) -> None:
    fresh.tell("textDocument/didOpen", {"textDocument": {}})
    fresh.tell("initialized", {})
    for method in ("textDocument/hover", "shutdown"):
        params = {"textDocument": {"uri": "file:///x"}, "position": {"line": 0, "character": 0}}
        with pytest.raises(ServerError) as error:
            fresh.ask(method, params if method != "shutdown" else None)
        assert error.value.code == -32002
    fresh.begin()
    with pytest.raises(ServerError) as error:
        fresh.begin()
    assert error.value.code == -32600
    assert fresh.end() == 0


def test_nothing_comes_after_the_end(fresh: Client) -> None:
    fresh.begin()
    fresh.ask("shutdown", None)
    with pytest.raises(ServerError) as error:
        fresh.ask("shutdown", None)
    assert error.value.code == -32600
    fresh.tell("exit", None)
    assert fresh.process.wait(PATIENCE) == 0


@pytest.mark.parametrize(
    ("body", "code"),
    [
        (b"{", -32700),
        (b"\xff\xfe", -32700),
        (b"[" * 100_000, -32700),
        (b"[]", -32600),
        (b"7", -32600),
        (b"{}", -32600),
        (b'{"jsonrpc": "1.0", "id": 1, "method": "shutdown"}', -32600),
        (b'{"jsonrpc": "2.0", "id": null, "method": "textDocument/hover", "params": 7}', -32602),
    ],
)
def test_a_message_that_is_none(fresh: Client, body: bytes, code: int) -> None:
    fresh.begin()
    fresh.write(body)
    answers = fresh.ask_nobody()
    assert answers["error"]["code"] == code
    assert "\n" not in answers["error"]["message"]
    assert fresh.end() == 0
    assert fresh.errors == ""


@pytest.mark.parametrize(
    "position",
    [
        {"line": -1, "character": 0},
        {"line": 0, "character": 2**40},
        {"line": "0", "character": 0},
        {"line": None, "character": 0},
        {"line": 1e3, "character": 0},
        [],
        None,
    ],
)
def test_a_place_that_is_none(client: Client, editor: Editor, position: object) -> None:
    opened = editor(ADD)
    params = {"textDocument": opened.place, "position": position}
    try:
        client.ask("textDocument/hover", params)
    except ServerError as error:
        assert error.code == -32602
    assert opened.ask("textDocument/hover", 1, 0) is not None


@pytest.mark.parametrize(
    "position", [(0, 10_000), (10_000, 0), (2**31 - 1, 2**31 - 1), (1, 2**31 - 1)]
)
def test_a_place_that_is_not_there(editor: Editor, position: tuple[int, int]) -> None:
    opened = editor(ADD)
    opened.actions(at(*position))
    opened.ask("textDocument/hover", *position)
    opened.ask("textDocument/prepareRename", *position)
    with pytest.raises(ServerError):
        opened.ask("textDocument/rename", *position, newName="x")


def test_a_document_that_is_not_open(client: Client, editor: Editor) -> None:
    place = {"uri": "file:///nowhere/Dockerfile"}
    client.change(place["uri"], 3, {"text": "x"})
    said = client.hear(lambda x: x["method"] == "window/logMessage")["params"]
    assert "is not open" in said["message"]
    client.tell("textDocument/didClose", {"textDocument": place})
    position = {"line": 0, "character": 0}
    assert client.ask("textDocument/hover", {"textDocument": place, "position": position}) is None
    opened = editor(ADD)
    assert opened.diagnostics() != []


@pytest.mark.parametrize(
    "uri",
    [
        "",
        "x",
        "file:",
        "file:///",
        "file:///a%00b/Dockerfile",
        "a:b",
        "file://h/D",
        "file:///%zz/Dockerfile",
        "vscode-notebook-cell:/a/Dockerfile#x",
        "git:/a/Dockerfile?x",
    ],
)
def test_an_address_of_any_kind(client: Client, uri: str) -> None:
    client.open(uri, ADD)
    assert client.diagnostics(uri, 1) != []
    client.tell("textDocument/didClose", {"textDocument": {"uri": uri}})


def test_an_unknown_method(client: Client, editor: Editor) -> None:
    client.tell("dfix/unknown", {"a": 1})
    client.tell("$/unknown", None)
    number = client.request("dfix/unknown", None)
    with pytest.raises(ServerError) as error:
        client.answer(number)
    assert error.value.code == -32601
    assert editor(ADD).diagnostics() != []


@pytest.mark.parametrize(
    "data",
    [
        None,
        7,
        {},
        {"uri": 7},
        {"do": "fix"},
        {"fixer": [], "line": "1", "message": None},
        {"do": "?"},
    ],
)
def test_an_action_that_is_not_ours(client: Client, editor: Editor, data: object) -> None:
    opened = editor(ADD)
    action: Message = {"title": "x", "data": data}
    if isinstance(data, dict):
        action["data"] = {"uri": opened.uri, "version": 1, **data}
    try:
        assert "edit" not in client.ask("codeAction/resolve", action)
    except ServerError as error:
        assert error.code in (-32602, -32801, -32803)
    assert opened.actions() != []


# Work that goes wrong


def test_what_takes_too_long_is_given_up(tmp_path: Path) -> None:
    with Client("--time-limit", "0.0005") as client:
        client.begin()
        opened = Editor(client, tmp_path)(ADD)
        (found,) = opened.diagnostics()
        assert found["severity"] == 3
        assert "longer than 0.0005 seconds" in found["message"]
        with pytest.raises(ServerError, match="takes longer"):
            opened.actions()
        assert client.end() == 0
        assert client.errors == ""


@needs_proc
def test_a_worker_that_dies_is_replaced(client: Client, editor: Editor) -> None:
    opened = editor(ADD)
    opened.diagnostics()
    for process in workers(client):
        os.kill(process, signal.SIGKILL)
    try:
        opened.formatted()
    except ServerError as error:
        assert "died" in str(error)
    assert opened.formatted() == "FROM debian:12\nCOPY . /app\n"


def test_the_client_of_pygls(tmp_path: Path) -> None:
    from lsprotocol import types
    from pygls.lsp.client import LanguageClient

    async def talk() -> types.PublishDiagnosticsParams:
        client = LanguageClient("test", "1")
        told: asyncio.Future[types.PublishDiagnosticsParams] = asyncio.Future()

        def published(params: types.PublishDiagnosticsParams) -> None:
            if not told.done():
                told.set_result(params)

        client.feature(types.TEXT_DOCUMENT_PUBLISH_DIAGNOSTICS)(published)
        await client.start_io(sys.executable, "-m", "dfix", "lsp")
        capabilities = types.ClientCapabilities()
        await client.initialize_async(types.InitializeParams(capabilities))
        client.initialized(types.InitializedParams())
        item = types.TextDocumentItem("untitled:Dockerfile", "dockerfile", 1, ADD)
        client.text_document_did_open(types.DidOpenTextDocumentParams(item))
        found = await asyncio.wait_for(told, PATIENCE)
        await client.shutdown_async(None)
        client.exit(None)
        await client.stop()  # type: ignore[no-untyped-call]
        return found

    found = asyncio.run(talk())
    assert "add-to-copy" in [each.code for each in found.diagnostics]
    assert json.dumps([each.message for each in found.diagnostics])
