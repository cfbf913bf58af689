"""What all tests rely on."""

import signal
import threading
from pathlib import Path

import pytest

# A shell has what it starts in the background ignore interrupts, and so would all that tests start.
if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
    signal.signal(signal.SIGINT, signal.default_int_handler)


@pytest.fixture
def alone(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Neither the user's proxies, logins nor cache take part."""
    for name in ("http_proxy", "https_proxy", "all_proxy", "no_proxy"):
        monkeypatch.delenv(name, raising=False)
        monkeypatch.delenv(name.upper(), raising=False)
    monkeypatch.setenv("DOCKER_CONFIG", str(tmp_path / "docker"))
    monkeypatch.setenv("DFIX_CACHE_DIR", str(tmp_path / "cache"))


@pytest.fixture
def no_stray_threads(monkeypatch: pytest.MonkeyPatch) -> None:
    """Threads that tests before have left, as those of dask, count for none: beside one, nothing is forked."""
    count = threading.active_count
    strays = count() - 1
    monkeypatch.setattr(threading, "active_count", lambda: max(1, count() - strays))
