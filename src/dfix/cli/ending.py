"""How a call ends that is told to: what it began is ended and cleared away first."""

import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager

_SIGNALS = tuple(getattr(signal, name) for name in ("SIGTERM", "SIGHUP") if hasattr(signal, name))


@contextmanager
def ended_in_order() -> Iterator[None]:
    """Within it a request to end is an exit like any other, with the code that shells give it.

    What was ignored stays ignored, as with `nohup`.
    """
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    changed = [each for each in _SIGNALS if signal.getsignal(each) is signal.SIG_DFL]
    for each in changed:
        signal.signal(each, _exit)
    try:
        yield
    finally:
        for each in changed:
            signal.signal(each, signal.SIG_DFL)


def _exit(number: int, _frame: object) -> None:
    raise SystemExit(128 + number)
