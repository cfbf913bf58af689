"""Reports a STOPSIGNAL that no program can handle."""

from dfix import Fixer, Phase, Reported, Stopsignal, Valid

_FATAL = {"KILL": "SIGKILL", "9": "SIGKILL", "STOP": "SIGSTOP", "19": "SIGSTOP"}


class UncatchableStopSignal(Fixer):
    """Reports a STOPSIGNAL that no program can handle.

    **Why**

    SIGKILL ends a program in the midst of what it does, and SIGSTOP halts it until it is killed:
    neither lets it close what it has open.

    **When it is reported**

    Where STOPSIGNAL names one of the two, or its number.

    **What to do**

    Take the signal away, so that SIGTERM is sent, or name the one that the program wants: SIGQUIT
    for nginx and php-fpm, SIGWINCH for httpd, SIGINT for PostgreSQL.
    """

    message = "STOPSIGNAL is a signal that no program can handle"
    phase = Phase.RUNTIME
    practices = ("01",)
    reference = "https://man7.org/linux/man-pages/man7/signal.7.html"
    VALID = (
        Valid("FROM alpine:3.20\nSTOPSIGNAL SIGTERM\n"),
        Valid("FROM alpine:3.20\nSTOPSIGNAL 15\n"),
        Valid("FROM alpine:3.20\nSTOPSIGNAL $SIGNAL\n", why="not known"),
        Valid("FROM alpine:3.20\nSTOPSIGNAL SIGRTMIN+3\n"),
    )
    REPORTED = (
        Reported("FROM alpine:3.20\nSTOPSIGNAL SIGKILL\n", 2),
        Reported("FROM alpine:3.20\nSTOPSIGNAL 9\n", 2),
        Reported("FROM alpine:3.20\nSTOPSIGNAL stop\n", 2),
    )

    def visit_Stopsignal(self, node: Stopsignal) -> None:
        """Looks at the signal that is named."""
        name = _FATAL.get(node.value.strip("\"'").upper().removeprefix("SIG"))
        if name is not None:
            self.advise(
                node, f"{name} cannot be handled: remove the line, or name what the program handles"
            )
