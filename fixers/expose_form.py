"""Writes a port of EXPOSE as the image has it: without a host's port, its protocol in small letters."""

from dfix import Expose, Fixer, Invalid, Leaf, Level, Node, Phase, Valid, Word, regex

_PORT = regex(
    r"""(?P<open>["']?)(?P<host>[0-9-]*:|[0-9.]*:[0-9-]*:|\[[0-9A-Fa-f:.]*\]:[0-9-]*:)?"""
    r"""(?P<port>[0-9]+(?:-[0-9]+)?)(?P<protocol>/[A-Za-z]+)?(?P<close>["']?)"""
)
_VARIABLE = regex(r"\$\{[^}]{0,200}\}|\$[A-Za-z_][A-Za-z0-9_]*")


class ExposeForm(Fixer):
    """Writes a port of EXPOSE as the image has it: without a host's port, its protocol in small letters.

    **Why**

    EXPOSE tells which port the program in the container listens at. A port of the host or an address
    in front of it is dropped by the builder: it looks as if something were published, and nothing is.

    **When it is applied**

    To `HOST:CONTAINER` and `ADDRESS:HOST:CONTAINER`, of which the container's port stays, and to a
    protocol in capitals. The image is the same.

    **When it is refused**

    When a variable stands in the port.
    """

    message = "a port is not written as the image has it"
    level = Level.SAFE
    phase = Phase.LANGUAGE
    aliases = ("ExposeInvalidFormat", "ExposeProtoCasing")
    reference = "https://docs.docker.com/reference/build-checks/expose-invalid-format/"
    VALID = (
        Valid("FROM debian:12\nEXPOSE 80 53/udp 8000-8010/tcp\n"),
        Valid('FROM debian:12\nARG P=80\nEXPOSE $P "$P"/tcp ${Q:-80}\n'),
        Valid("FROM debian:12\nARG P=80\nEXPOSE 8080:$P\n", why="a variable", refused=True),
    )
    INVALID = (
        Invalid(
            "FROM debian:12\nEXPOSE 53/UDP 80/Tcp\n",
            "FROM debian:12\nEXPOSE 53/udp 80/tcp\n",
            level=Level.SAFE,
        ),
        Invalid(
            "FROM debian:12\nEXPOSE 8080:80 127.0.0.1:81:82/udp\n",
            "FROM debian:12\nEXPOSE 80 82/udp\n",
            why="nothing is published by EXPOSE",
            level=Level.SAFE,
        ),
    )

    def visit_Expose(self, node: Expose) -> None:
        """Writes all ports of an EXPOSE together: each by itself would take a round of its own."""
        changes: dict[Node, Leaf] = {}
        for word in node.words:
            if _is_plain(word):
                continue
            text = _as_kept(word)
            if text is None:
                reason = "a variable stands in it" if "$" in word.value else "it is no plain port"
                self.refuse(word, reason)
            else:
                changes[word] = word.with_changes(text=text)
        if changes:
            self.fix(next(iter(changes)), {**changes})


def _is_plain(word: Word) -> bool:
    """Whether a port is written as the image has it, as far as that can be seen."""
    text = _VARIABLE.sub("", word.value)
    protocol = text.rpartition("/")[2] if "/" in text else ""
    return ":" not in text and protocol.islower() is bool(protocol)


def _as_kept(word: Word) -> str | None:
    """How the image has a port; None where that is not known."""
    found = _PORT.fullmatch(word.text)
    if found is None or found["open"] != found["close"]:
        return None
    written = found["port"] + (found["protocol"] or "").lower()
    return f"{found['open']}{written}{found['close']}"
