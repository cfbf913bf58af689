"""The command `dfix`: finds the sub-command, which is `fix` where none is named."""

import errno
import os
import sys
from collections.abc import Sequence
from difflib import get_close_matches
from importlib import import_module
from typing import TYPE_CHECKING

import click

from dfix.cli.errors import FileError
from dfix.version import __version__

if TYPE_CHECKING:
    from click.shell_completion import CompletionItem

#: The sub-commands, each in a module of its name, which is loaded when it is asked for.
COMMANDS = (
    "fix",
    "rules",
    "explain",
    "test",
    "plan",
    "pin",
    "verify",
    "config",
    "undo",
    "migrate",
    "lsp",
)
#: What linters and formatters call the command that looks at files.
_WORDS_OF_OTHERS = ("lint", "format", "fmt", "scan", "analyze")
_OWN_OPTIONS = ("-h", "--help", "--version")
#: What the system says where there is no room for the output.
_FULL = (errno.ENOSPC, errno.EFBIG, errno.EDQUOT, errno.EIO)


class DefaultGroup(click.Group):
    """A group whose first command may go unnamed."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """The sub-commands, in the order of the help."""
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """The sub-command of that name."""
        if cmd_name not in COMMANDS:
            return None
        command = getattr(import_module(f"dfix.cli.{cmd_name}"), "command")  # noqa: B009
        assert isinstance(command, click.Command)
        if ctx.resilient_parsing:
            from dfix.cli.completion import completed

            return completed(command)
        return command

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """Puts `fix` before arguments that begin with no command."""
        if ctx.resilient_parsing and not args:  # a shell asks what may stand first
            return super().parse_args(ctx, args)
        if not args or args[0] not in (*COMMANDS, *_OWN_OPTIONS):
            if args and (meant := self._meant(ctx, args[0])):
                raise click.UsageError(f"there is no path and no command {args[0]}: {meant}?")
            args = ["fix", *args]
        return super().parse_args(ctx, args)

    def _meant(self, ctx: click.Context, word: str) -> str | None:
        """What a first word that is no path was probably to be: with `fix` before it, files are rewritten."""
        if not (word.isascii() and word.isalpha()) or os.path.lexists(word):
            return None
        fix = self.get_command(ctx, "fix")
        assert fix is not None
        if any(f"--{word}" in option.opts for option in fix.params) or word == "help":
            return f"is `dfix --{word}` meant"
        if word in _WORDS_OF_OTHERS:
            return "is `dfix --check` or `dfix --diff` meant"
        close = get_close_matches(word, COMMANDS, 1, 0.75)
        return f"is `dfix {close[0]}` meant" if close else None

    def shell_complete(self, ctx: click.Context, incomplete: str) -> "list[CompletionItem]":
        """What a shell offers for the first word."""
        from dfix.cli.completion import first_words

        fix = self.get_command(ctx, "fix")
        assert fix is not None
        return first_words(ctx, fix, COMMANDS, incomplete)

    def format_usage(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Both ways to call it."""
        formatter.write_usage(ctx.command_path, "[OPTIONS] [PATH]...")
        formatter.write_usage(ctx.command_path, "COMMAND [OPTIONS] ...", prefix="       ")

    def format_options(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """The options of `fix`, which go without its name, then the commands."""
        fix = self.get_command(ctx, "fix")
        assert fix is not None
        fix.format_options(click.Context(fix, parent=ctx), formatter)
        self.format_commands(ctx, formatter)


@click.group(
    cls=DefaultGroup,
    context_settings={"help_option_names": ["-h", "--help"]},
    epilog="Exit codes: 0 nothing to do, or all was done; 1 with --diff or --check: something "
    "would change, or is left; 2 the call was wrong, or a file could not be handled.",
)
@click.version_option(__version__, prog_name="dfix", message="%(prog)s %(version)s")
def group() -> None:
    """Rewrites Dockerfiles by good practice, without ever breaking a build.

    PATH is a file or a folder, by default the current one; `-` is standard input. A path that is
    called like a command is given as `./rules`.
    """


def main(arguments: Sequence[str]) -> int:
    """Runs a call and gives its exit code. Raises KeyboardInterrupt and MemoryError."""
    code = _called(arguments)
    return 2 if _tell_of_plugins() else code


def _called(arguments: Sequence[str]) -> int:
    try:
        code = group.main(list(arguments), prog_name="dfix", standalone_mode=False)
    except click.Abort:
        raise KeyboardInterrupt from None
    except FileError as error:
        _complain(f"{error.place}: ", error.format_message())
        return 2
    except click.ClickException as error:
        _complain("dfix: ", error.format_message())
        return 2
    except SystemExit as end:
        if end.code == 1:  # click's own: the reader of the help has seen enough
            return 0
        raise
    except MemoryError:
        raise  # Telling it as others are told may take more of it.
    except Exception as error:  # people are told in a line, whatever it is
        if isinstance(error, OSError) and error.filename is None and error.errno in _FULL:
            # The help and the version are written by click.
            _complain("dfix: ", f"the output cannot be written: {error.strerror}")
        elif isinstance(error, OSError) and error.filename is not None:
            _complain("dfix: ", f"{error.filename}: {error.strerror}")
        else:
            _complain("dfix: ", f"internal error: {type(error).__name__}: {error}")
        return 2
    return code if isinstance(code, int) else 0


def _tell_of_plugins() -> bool:
    """Tells what was left out of other packages' fixers, where the call looked for any."""
    registry = sys.modules.get("dfix.registry")
    told = () if registry is None else registry.faults()
    for fault in told:
        _complain("dfix: ", f"left out: {fault}")
    return bool(told)


def _complain(place: str, message: str) -> None:
    from dfix.cli.terminal import standard_error

    standard_error().lines([((place, "bold"), ("error: ", "red"), (message, ""))])
