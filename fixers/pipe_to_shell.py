"""Reports downloads that are run unseen."""

from dfix import Fixer, Node, Phase, Reported, Run, Span, Valid, regex
from dfix.facts.commands import base_name, literal_arguments, statements
from dfix.facts.scripts import Command, scripts_of

_FETCHING = frozenset({"curl", "wget"})
_INTERPRETERS = regex(r"(?:ba|da|a|z|k)?sh|python[0-9.]*|perl|ruby|node|php[0-9.]*")
_WRAPPERS = frozenset({"sudo", "env"})
#: Options by which an interpreter runs something else than what it reads, or runs nothing.
_RUNS_ELSE = (
    (regex(r"(?:ba|da|a|z|k)?sh"), regex(r"-[a-zA-Z]*[cn].*")),
    (regex(r"python[0-9.]*"), regex(r"-[a-zA-Z]*[cm].*")),
    (regex(r"perl|ruby"), regex(r"-[a-zA-Z0-9]*[enpE].*")),
    (regex(r"node"), regex(r"-[a-z]*[ep].*|--(?:eval|print).*")),
    (regex(r"php[0-9.]*"), regex(r"-[a-zA-Z]*[rBRFE].*|--(?:run|process-\w+).*")),
)
_IN_PLACE = regex(r"""["']?(?:\$\(|`|<\()\s*(?:curl|wget)\b""")


class PipeToShell(Fixer):
    """Reports downloads that are run unseen.

    **Why**

    Whoever controls the address, or the way to it, controls the image. What is run can be another
    script with each build, and a download that breaks off is run up to where it broke.

    **When it is reported**

    When the output of curl or wget goes to a shell or another interpreter: through a pipe, or as in
    `sh -c "$(curl ...)"`.

    **What to do**

    Fetch a file of a fixed version, check it with `sha256sum -c` or gpg, and run it then; or take
    the package of the distribution, or the files from an image with `COPY --from`.
    """

    message = "a download is run without a look at it"
    phase = Phase.SHELL
    practices = ("02",)
    reference = "https://docs.docker.com/build/building/best-practices/#run"
    VALID = (
        Valid("FROM debian:12\nRUN curl -fsSL https://example.com/a | tar -x\n"),
        Valid("FROM debian:12\nRUN curl -o a.sh https://example.com/a && sh a.sh\n"),
        Valid("FROM debian:12\nRUN curl https://example.com/a | python3 -m json.tool\n"),
        Valid("FROM debian:12\nRUN curl https://example.com/a | python3 -mjson.tool\n"),
        Valid("FROM debian:12\nRUN curl https://example.com/a | perl -ne'print if /b/'\n"),
        Valid("FROM debian:12\nRUN curl https://example.com/a | bash -n\n", why="it is only read"),
        Valid("FROM debian:12\nRUN echo true | sh\n", why="nothing is fetched"),
    )
    REPORTED = (
        Reported("FROM debian:12\nRUN curl https://example.com/a | php -- --b\n", line=2),
        Reported("FROM debian:12\nRUN curl -fsSL https://example.com/a | bash -\n", line=2),
        Reported('FROM debian:12\nRUN sh -c "$(wget -O- https://example.com/a)"\n', line=2),
    )

    def visit_Run(self, node: Run) -> None:
        """Looks at pipes, and at what shells are given."""
        for form, script in scripts_of(self.facts, node):
            for each in statements(script.statements):
                if each.kind == "pipeline":
                    parts = [part.command for part in each.children]
                    fetched = [c is not None and base_name(c) in _FETCHING for c in parts]
                    if True in fetched and any(
                        c is not None and _reads_script(c) for c in parts[fetched.index(True) + 1 :]
                    ):
                        self._tell(form, each.span)
                elif each.command is not None and _is_given(each.command):
                    self._tell(form, each.span)

    def _tell(self, form: Node, span: Span) -> None:
        self.advise(
            form,
            "fetch a file of a fixed version, check it with `sha256sum -c`, and run it then",
            within=span,
        )


def _reads_script(command: Command) -> bool:
    """Whether a command runs what it reads: an interpreter without a script of its own."""
    values = [base_name(command), *literal_arguments(command)]
    if values[0] in _WRAPPERS:
        del values[0]
        while values and values[0] and (values[0].startswith("-") or "=" in values[0]):
            del values[0]
    name = (values[0] or "").rpartition("/")[2] if values else ""
    if not _INTERPRETERS.fullmatch(name):
        return False
    runs_else = next(options for names, options in _RUNS_ELSE if names.fullmatch(name))
    for value in values[1:]:
        if value in {"-", "-s", "--", "/dev/stdin"}:
            return True
        if value is None or not value.startswith("-") or runs_else.fullmatch(value):
            return False
    return True


def _is_given(command: Command) -> bool:
    """Whether a shell is given a download as its text: `sh -c "$(curl ...)"`, `bash <(curl ...)`."""
    name = base_name(command) or ""
    if name not in {"eval", "source", "."} and not _INTERPRETERS.fullmatch(name):
        return False
    return any(_IN_PLACE.match(word.text) for word in command.arguments)
