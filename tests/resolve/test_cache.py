"""Answers on disk: whole or not there, the user's own, and with their age."""

import json
import os
import stat
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from dfix.resolve import cache as module
from dfix.resolve.cache import Cache, Entry, digest_of

not_root = pytest.mark.skipif(os.geteuid() == 0, reason="root may write everywhere")
TEXT = b'{"some": "text"}'
DIGEST = digest_of(TEXT)


class Clock:
    now = 1000.0

    def __call__(self) -> float:
        return self.now


def files(folder: Path) -> list[Path]:
    return [path for path in folder.rglob("*") if path.is_file()]


def test_texts(tmp_path: Path) -> None:
    cache = Cache(tmp_path)
    assert cache.text(DIGEST) is None
    cache.keep_text(TEXT)
    assert cache.text(DIGEST) == TEXT
    assert Cache(tmp_path).text(DIGEST) == TEXT
    assert cache.problem is None


def test_answers_have_an_age(tmp_path: Path) -> None:
    clock = Clock()
    cache = Cache(tmp_path, clock=clock)
    assert cache.entry("what?") is None
    cache.keep("what?", ["this"], '"tag"')
    clock.now += 60
    assert cache.entry("what?") == Entry(["this"], 60.0, '"tag"')
    assert cache.entry("what") is None
    cache.keep("what?", None)
    assert cache.entry("what?") == Entry(None, 0.0, None)


@pytest.mark.parametrize(("ahead", "known"), [(60, True), (600, False)])
def test_an_answer_of_the_future(tmp_path: Path, ahead: float, known: bool) -> None:
    clock = Clock()
    cache = Cache(tmp_path, clock=clock)
    cache.keep("what?", 1)
    clock.now -= ahead
    assert cache.entry("what?") == (Entry(1, 0.0, None) if known else None)


def test_only_the_user_may_read_it(tmp_path: Path) -> None:
    before = os.umask(0)
    try:
        cache = Cache(tmp_path / "new" / "cache")
        cache.keep_text(TEXT)
        cache.keep("what?", 1)
    finally:
        os.umask(before)
    for path in (tmp_path / "new" / "cache").rglob("*"):
        mode = stat.S_IMODE(path.stat().st_mode)
        assert mode == (0o700 if path.is_dir() else 0o600), path


def test_what_others_may_write_is_not_used(tmp_path: Path) -> None:
    Cache(tmp_path).keep("what?", 1)
    (tmp_path / "registry" / "1" / "answers").chmod(0o777)
    cache = Cache(tmp_path)
    assert cache.entry("what?") is None
    cache.keep("what?", 2)
    assert cache.problem == f"the cache {tmp_path} may be written by others, and is not used"


def test_a_link_is_not_followed(tmp_path: Path) -> None:
    (tmp_path / "elsewhere").mkdir()
    (tmp_path / "cache").mkdir()
    (tmp_path / "cache" / "registry").symlink_to(tmp_path / "elsewhere")
    cache = Cache(tmp_path / "cache")
    cache.keep("what?", 1)
    assert cache.problem is not None
    assert files(tmp_path / "elsewhere") == []


def test_a_linked_entry_is_none(tmp_path: Path) -> None:
    cache = Cache(tmp_path / "cache")
    cache.keep_text(TEXT)
    (path,) = files(tmp_path / "cache")
    path.rename(tmp_path / "text")
    path.symlink_to(tmp_path / "text")
    assert cache.text(DIGEST) is None
    cache.keep_text(TEXT)
    assert not path.is_symlink()
    assert cache.text(DIGEST) == TEXT


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"[]",
        b"{",
        b'{"question": "what?"}',
        b'{"question": "what?", "at": "soon", "etag": null, "value": 1}',
        b'{"question": "what?", "at": NaN, "etag": null, "value": 1}',
        b'{"question": "what?", "at": 1000, "etag": 5, "value": 1}',
        b'{"question": "other?", "at": 1000, "etag": null, "value": 1}',
        b"[" * 100_000,
    ],
    ids=range(9),
)
def test_what_is_no_entry(tmp_path: Path, body: bytes) -> None:
    cache = Cache(tmp_path, clock=Clock())
    cache.keep("what?", 1)
    (path,) = files(tmp_path)
    path.write_bytes(digest_of(body).encode() + b"\n" + body)
    assert cache.entry("what?") is None
    cache.keep("what?", 2)
    assert cache.entry("what?") == Entry(2, 0.0, None)


def test_one_changed_bit(tmp_path: Path) -> None:
    cache = Cache(tmp_path)
    cache.keep_text(TEXT)
    cache.keep("what?", "held")
    for path in files(tmp_path):
        data = path.read_bytes()
        assert data.count(b"text") + data.count(b'value"') == 1
        path.write_bytes(data.replace(b"text", b"tex5").replace(b"held", b"hell"))
    assert cache.text(DIGEST) is None
    assert cache.entry("what?") is None


def test_a_pipe_in_its_place(tmp_path: Path) -> None:
    cache = Cache(tmp_path)
    cache.keep_text(TEXT)
    (path,) = files(tmp_path)
    path.unlink()
    os.mkfifo(path)
    assert cache.text(DIGEST) is None


def test_a_full_disk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    cache = Cache(tmp_path)
    cache.keep("what?", 1)

    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(Path, "replace", full)
    cache.keep("what?", 2)
    assert cache.problem == "the cache cannot be written: No space left on device"
    monkeypatch.undo()
    # The old answer is whole, and nothing else lies about.
    found = cache.entry("what?")
    assert found is not None
    assert found.value == 1
    assert len(files(tmp_path)) == 1


@not_root
def test_a_folder_that_is_closed(tmp_path: Path) -> None:
    tmp_path.chmod(0o500)
    cache = Cache(tmp_path / "cache")
    cache.keep("what?", 1)
    assert cache.problem is not None
    tmp_path.chmod(0o700)


def test_the_oldest_go(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "_MOST_FILES", 3)
    cache = Cache(tmp_path)
    for number in range(5):
        cache.keep(str(number), number)
    for path in files(tmp_path):
        kept = json.loads(path.read_bytes().partition(b"\n")[2])
        os.utime(path, (kept["value"], kept["value"]))
    cache.close()
    assert [cache.entry(str(number)) is not None for number in range(5)] == [False] * 2 + [True] * 3


def test_at_the_same_time(tmp_path: Path) -> None:
    def run(number: int) -> bool:
        cache = Cache(tmp_path)
        cache.keep("what?", "x" * 10_000 * (number % 3 + 1))
        cache.keep_text(TEXT)
        found = cache.entry("what?")
        return found is not None and set(found.value) == {"x"} and cache.text(DIGEST) == TEXT

    with ThreadPoolExecutor(8) as pool:
        assert all(pool.map(run, range(64)))
    assert len(files(tmp_path)) == 2


def test_where_it_is(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DFIX_CACHE_DIR", str(tmp_path / "named"))
    Cache.open().keep_text(TEXT)
    assert len(files(tmp_path / "named")) == 1
    monkeypatch.delenv("DFIX_CACHE_DIR")
    monkeypatch.setattr("platformdirs.user_cache_dir", lambda *_a, **_k: str(tmp_path / "usual"))
    Cache.open().keep_text(TEXT)
    assert len(files(tmp_path / "usual")) == 1
    assert Cache.open(tmp_path / "named").text(DIGEST) == TEXT


def test_without_a_home(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("DFIX_CACHE_DIR", raising=False)
    monkeypatch.setattr("platformdirs.user_cache_dir", lambda *_a, **_k: "~/.cache/dfix")
    cache = Cache.open()
    cache.keep_text(TEXT)
    assert cache.text(DIGEST) is None
    assert cache.problem == "there is no home folder to keep a cache in; set DFIX_CACHE_DIR"
