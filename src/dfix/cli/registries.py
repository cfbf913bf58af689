"""Asking registries for a call: the options that say so, and what they are asked with."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

import click

from dfix.cli.values import FILLED

if TYPE_CHECKING:
    from dfix.asking import Notes
    from dfix.cli.session import Session
    from dfix.cli.terminal import Output
    from dfix.resolve.cache import Cache
    from dfix.resolve.credentials import Credentials
    from dfix.resolve.registry import Registry

Command = TypeVar("Command", bound=Callable[..., object])


def options(command: Command) -> Command:
    """Adds the options `--online`, `--registry-mirror` and `--max-requests` to a command."""
    for option in reversed(
        (
            click.option(
                "--online/--offline",
                help="Ask the registries, and not just the tables that come with dfix.  "
                "[default: offline]",
            ),
            click.option(
                "--registry-mirror",
                "mirrors",
                multiple=True,
                type=FILLED,
                metavar="URL",
                help="Ask this one for the images of Docker Hub first.",
            ),
            click.option(
                "--max-requests",
                type=click.IntRange(min=1),
                default=200,
                metavar="N",
                help="Send no more requests than these.  [default: 200]",
            ),
        )
    ):
        command = option(command)
    return command


class Registries:
    """The registries as they are asked, with what they go by."""

    def __init__(
        self, registry: "Registry", credentials: "Credentials", cache: "Cache | None"
    ) -> None:
        self.registry = registry
        self._credentials = credentials
        self._cache = cache

    def answer(self, notes: "Notes", session: "Session") -> bool:
        """Asks what was noted, and lets the call go on with the answers.

        False where what a tag stands for could not be asked. That is an error of the call; that a base
        image could not be read is not: nothing but the tables is known of it then.
        """
        from msgspec.structs import replace

        from dfix.asking import ask
        from dfix.resolve.answers import AnsweredImages
        from dfix.surroundings import EmbeddedImages

        outcome = ask(notes, self.registry)
        self.tell_problems(session.err)
        for each in outcome.unanswered:
            session.err.lines([((f"{each.name}: ", "bold"), (each.reason, ""))])
        for reason in () if session.view.quiet else outcome.unread:
            warn(session.err, f"a base image is not read: {reason}")
        images = AnsweredImages(outcome.answers, EmbeddedImages())
        session.work = replace(session.work, others=images)
        return not outcome.unanswered

    def tell_problems(self, err: "Output") -> None:
        """Prints what went wrong without stopping anything."""
        own = [] if self._cache is None or self._cache.problem is None else [self._cache.problem]
        for problem in (*self.registry.problems, *self._credentials.problems, *own):
            warn(err, problem)


def warn(err: "Output", problem: str) -> None:
    """Prints a warning."""
    err.lines([(("dfix: ", "bold"), ("warning: ", "yellow"), (problem, ""))])


@contextmanager
def registries(
    trees: Sequence[Path], *, mirrors: tuple[str, ...], requests: int, cached: bool = True
) -> Iterator[Registries]:
    """The registries, to be asked about what lies in `trees`; closed in the end.

    Without `cached`, no answers count that were kept on disk. Raises click.ClickException.
    """
    from dfix.resolve.cache import Cache
    from dfix.resolve.credentials import Credentials
    from dfix.resolve.registry import Limits, Registry, RegistryError
    from dfix.resolve.wire import require_client

    cache = Cache.open() if cached else None  # What was kept may be minutes old.
    try:
        require_client()
        credentials = Credentials.load(trees=[path.absolute() for path in trees])
        registry = Registry(
            cache=cache, limits=Limits(requests), mirrors=mirrors, credentials=credentials
        )
    except (RegistryError, ValueError) as error:
        raise click.ClickException(str(error)) from error
    with registry:
        yield Registries(registry, credentials, cache)
