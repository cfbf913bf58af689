"""Whether programs are found where a RUN, or whoever starts a container, looks for them."""

from dfix import Facts, Instruction, Stage

from ._heirs import descendants


def not_searched(facts: Facts, at: Instruction, folders: tuple[str, ...]) -> str:
    """Why programs in `folders` would not be found by a RUN above `at`; empty where they would be.

    A PATH that goes on with the base image's has all of them. One that is written anew has what it
    names, and may well lack `/usr/sbin`.
    """
    path = facts.plan.before(at).env.get("PATH")
    if path is None or "$" in path:
        return ""
    searched = {each.rstrip("/") for each in path.split(":")}
    missing = next((each for each in folders if each not in searched), None)
    return "" if missing is None else f"the PATH that the file sets does not lead to {missing}"


def found_by_shell_alone(facts: Facts, stage: Stage, name: str) -> str:
    """Why only a shell may find the program `name` when a container starts; empty where all do.

    A shell takes what it finds in a folder of PATH that is relative to the working directory. The
    runtime turns it down, as Go does: https://pkg.go.dev/os/exec#hdr-Executables_in_the_current_directory
    """
    if "/" in name:
        return ""
    for each in (stage, *descendants(facts, stage)):
        path = facts.plan.stages[each.index].config.env.get("PATH", "/")
        if not all(folder.startswith(("/", "$")) for folder in path.split(":")):
            return "PATH has a folder that is not absolute, in which only a shell finds programs"
    return ""
