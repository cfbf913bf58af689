"""Reports steps that use the network of the machine that builds."""

from dfix import Fixer, Phase, Reported, Run, Valid


class NetworkHost(Fixer):
    """Reports steps that use the network of the machine that builds.

    **Why**

    A RUN with `--network=host` reaches whatever listens on the machine that builds, and what it
    reaches is another thing on each machine. The build asks for a privilege (`network.host`) that
    builders do not give by default.

    **When it is reported**

    For the flag `--network=host` of a RUN.

    **What to do**

    Leave the flag out. What the step needs of a local service belongs into the build context, a
    secret, or a mirror with a name of its own.
    """

    message = "the step uses the network of the machine that builds"
    phase = Phase.LANGUAGE
    practices = ("07",)
    reference = "https://docs.docker.com/reference/dockerfile/#run---network"
    VALID = (
        Valid("FROM debian:12\nRUN curl http://example.com\n"),
        Valid("FROM debian:12\nRUN --network=none make\n"),
        Valid("FROM debian:12\nRUN docker run --network=host a\n", why="this is no flag of RUN"),
    )
    REPORTED = (Reported("FROM debian:12\nRUN --network=host make\n", line=2),)

    def visit_Run(self, node: Run) -> None:
        """Looks at the flag."""
        flag = node.flag("network")
        if flag is not None and flag.argument == "host":
            self.advise(flag, "leave --network=host out, or take what it reaches from the context")
