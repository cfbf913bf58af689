"""`dfix rules --adopt-hadolint`: which of hadolint's findings dfix would fix."""

from codecs import BOM_UTF8, BOM_UTF16_LE
from collections.abc import Sequence
from pathlib import Path

import click

from dfix.adoption import Adoption, Measuring, adoption_of_report
from dfix.cli.here import current_folder
from dfix.cli.standard_input import read_standard_input
from dfix.cli.terminal import Output, standard_error, standard_output
from dfix.hadolint_program import LIMIT, Hadolint, HadolintError, read_report
from dfix.regularfile import leads_to_folder, open_regular, read_regular
from dfix.report.adoption import adoption_data, adoption_lines
from dfix.report.json import dumps
from dfix.report.text import error_line
from dfix.runner import Work


def tell_adoption(paths: Sequence[str], *, config: str | None, form: str, no_color: bool) -> int:
    """Prints it and gives the exit code. Raises click.ClickException."""
    cwd = current_folder()
    work = Work(cwd, config=None if config is None else Path(config).absolute())
    try:
        adoption = _adoption(paths or (".",), work)
    except HadolintError as error:
        raise click.ClickException(str(error)) from error
    except OSError as error:
        raise click.ClickException(f"{error.filename}: {error.strerror or error}") from error
    out, err = standard_output(no_color=no_color), standard_error(no_color=no_color)
    if form == "json":
        out.text(dumps(adoption_data(adoption)))
    else:
        out.lines(adoption_lines(adoption))
    out.require_success()
    return _tell_failures(adoption, err)


def _adoption(paths: Sequence[str], work: Work) -> Adoption:
    if paths == ("-",):
        return adoption_of_report(read_report(read_standard_input(LIMIT)), work)
    reports = [path for path in paths if _is_report(Path(path))]
    if not reports:
        return Measuring(Hadolint.on_path(), work).adoption([Path(path) for path in paths])
    if len(paths) > 1:
        raise HadolintError(f"{reports[0]} is a report of hadolint: it is read alone")
    data = read_regular(Path(reports[0]), limit=LIMIT)
    try:
        return adoption_of_report(read_report(data), work)
    except HadolintError as error:
        raise HadolintError(f"{reports[0]}: {error}") from error


def _is_report(path: Path) -> bool:
    """Whether a file is called like JSON, or begins as a list in it does, and no Dockerfile can."""
    if path.suffix.lower() in {".json", ".sarif"} and not leads_to_folder(path):
        return True
    try:
        with open_regular(path) as file:
            start = file.read(64)
    except OSError:
        return False
    return start.removeprefix(BOM_UTF8).lstrip().startswith((b"[", BOM_UTF16_LE + b"["))


def _tell_failures(adoption: Adoption, err: Output) -> int:
    for report in adoption.failed:
        line = error_line(report)
        if line is not None:
            err.lines([line])
    for name in adoption.unread:
        err.lines([((f"{name}: ", "bold"), ("error: ", "red"), ("hadolint cannot read it", ""))])
    return 2 if adoption.failed or adoption.unread else 0
