"""Reports an ENV with a variable that the same ENV sets, of which it sees the value from before."""

from dfix import Env, Fixer, Phase, Reported, Valid
from dfix.facts.quoting import names_in


class EnvSelfReference(Fixer):
    """Reports an ENV with a variable that the same ENV sets, of which it sees the value from before.

    **Why**

    All values of one ENV are read before any of them is set: in `ENV A=1 B=$A` the second is what A
    was above, and empty where it was nothing.

    **When it is reported**

    When a value mentions a variable to which an earlier pair of the same ENV gives another value than
    it had above. `ENV PATH=/opt/bin:$PATH` adds to what was there, and is right.

    **What to do**

    Put the pair that is used into an ENV of its own above.
    """

    message = "a value does not see what the same ENV sets"
    phase = Phase.LANGUAGE
    aliases = ("DL3044",)
    reference = "https://docs.docker.com/reference/dockerfile/#environment-replacement"
    VALID = (
        Valid("FROM debian:12\nENV A=1\nENV B=$A\n"),
        Valid("FROM debian:12\nENV PATH=/opt/bin:$PATH A=1\n"),
        Valid("FROM debian:12\nENV B=$A A=1\n", why="it comes first: the old value is meant"),
        Valid("FROM debian:12\nENV A=1\nENV A=1 B=$A\n", why="it is the same"),
        Valid("FROM debian:12\nARG A\nENV A=$A B=$A\n", why="it keeps its value"),
        Valid("FROM debian:12\nENV A=1 B='$A' C=\\$A\n", why="no variables"),
    )
    REPORTED = (
        Reported("FROM debian:12\nENV A=1 B=$A\n", line=2),
        Reported("FROM debian:12\nENV V=1 \\\n    URL=https://x/${V:-2}.tgz\n", line=3),
    )

    def visit_Env(self, node: Env) -> None:
        """Looks at each value with the names that stand before it."""
        before = self.facts.plan.before(node).env
        above: dict[str, tuple[str, str]] = {}
        for pair in node.pairs:
            value = pair.assigned or ""
            for name in sorted(names_in(value, self.facts.tree.escape) & above.keys()):
                text, new = above[name]
                if new not in (before.get(name), f"${name}", f"${{{name}}}"):
                    self.advise(
                        pair,
                        f"`${name}` in it is what {name} was above this ENV: put `{text}` into an ENV "
                        "of its own above",
                    )
            above[pair.key] = pair.value, value.strip("\"'")
