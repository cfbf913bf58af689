"""Whether commands that a fixer adds are found where a RUN looks for programs."""

from dfix import Facts, Instruction


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
