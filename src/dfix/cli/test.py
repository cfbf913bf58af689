"""`dfix test`: holds a package's fixers to their own examples."""

import contextlib
import sys
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from dfix.examples import Failure
    from dfix.fixer import Fixer
    from dfix.plugins import Fault
    from dfix.report.styled import Line


@click.command("test")
@click.argument("package")
@click.option("--format", "form", type=click.Choice(["text", "json"]), default="text")
@click.option("--no-color", is_flag=True, help="Print no colours.")
@click.pass_context
def command(ctx: click.Context, package: str, form: str, no_color: bool) -> None:
    """Test a package's fixers by their own examples.

    PACKAGE is a distribution, a module, or a path (./FOLDER, FILE.py). Its modules are imported, as
    Python does; nothing else of it is run. Exit codes: 0 all holds; 1 something does not; 2 the call
    was wrong, or something cannot be used.
    """
    from dfix.cli.terminal import standard_output
    from dfix.examples import failures
    from dfix.plugin_lookup import NoPackage, looked_up
    from dfix.registry import own_names
    from dfix.report.json import dumps

    out = standard_output(no_color=no_color)
    try:
        # What a fixer prints has no place in the result.
        with looked_up(package, own_names()) as found, contextlib.redirect_stdout(sys.stderr):
            tested = {
                fixer: failures(fixer) for fixer in sorted(found.fixers, key=lambda each: each.name)
            }
    except NoPackage as error:
        raise click.UsageError(str(error)) from error
    if form == "json":
        out.text(dumps(_data(package, tested, found.faults)))
    else:
        out.lines(_lines(tested, found.faults))
    out.require_success()
    if found.faults or not tested:
        ctx.exit(2)
    ctx.exit(1 if any(tested.values()) else 0)


def _data(
    package: str, tested: "dict[type[Fixer], tuple[Failure, ...]]", faults: "list[Fault]"
) -> dict[str, object]:
    return {
        "package": package,
        "fixers": [
            {
                "name": fixer.name,
                "examples": _examples(fixer),
                "failures": [{"place": each.place, "what": each.what} for each in failures],
            }
            for fixer, failures in tested.items()
        ],
        "faults": [each.what for each in faults],
    }


def _lines(tested: "dict[type[Fixer], tuple[Failure, ...]]", faults: "list[Fault]") -> "list[Line]":
    lines: list[Line] = [(("cannot be used: ", "red"), (each.what, "")) for each in faults]
    for fixer, failures in tested.items():
        told = f"{_examples(fixer)} examples"
        verdict = ("hold", "green") if not failures else ("do not all hold", "red")
        lines.append(((fixer.name, "bold"), (f": {told} ", ""), verdict))
        for each in failures:
            first, *further = str(each).split("\n")
            lines.append(((f"  {first}", ""),))
            lines += [((f"  {text}", ""),) for text in further]
    wrong = sum(map(bool, tested.values()))
    count = "1 fixer" if len(tested) == 1 else f"{len(tested)} fixers"
    lines.append(((f"{count}, {wrong} with something that does not hold", "dim"),))
    return lines


def _examples(fixer: "type[Fixer]") -> int:
    return len(fixer.VALID) + len(fixer.INVALID) + len(fixer.REPORTED)
