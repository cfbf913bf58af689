"""Running a wrong fixer, alone and among right ones, and what must become of it."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from dfix import Fixer, Level, Request, Result, Run, ShellForm, fix_bytes
from dfix.registry import all_fixers

#: What a wrong fixer is let loose on. Lines in small letters are for the right ones.
FILE = b"""\
# syntax=docker/dockerfile:1
# what it is built from
ARG VERSION=12
ARG KIND=-slim
FROM debian:${VERSION} AS build
SHELL ["/bin/bash", "-c"]
# settings
ENV A=1 B=2
ENV C=$A
LABEL x="b c"
RUN cd /tmp && \\
    # a note
    touch f
RUN touch g # at the end
RUN touch h `# in between` && touch i
RUN --mount=type=tmpfs,target=/m touch /m/x
LABEL y=1
RUN --mount=type=tmpfs,target=/m test ! -e /m/x
RUN set -e; true; false
RUN --mount=type=tmpfs,target=/n touch /n/x && ls /n
RUN <<EOT
# in a script
touch k
EOT
COPY --chown=1:1 <<EOF /x
body $A
# no comment
EOF

FROM debian:12
COPY --from=build /x /y
ARG MODE=fast
ENV SPEED=$MODE
ENV RATE=${MODE:-slow}
env OLD way
# set the server up
USER 1000
WORKDIR /srv
run touch z
EXPOSE 80
HEALTHCHECK --interval=5m CMD true
VOLUME /data
STOPSIGNAL SIGINT
ONBUILD RUN touch later
ENTRYPOINT ["sh"]
CMD -c true
# the end
"""

#: The right ones: what they do must be done whatever the wrong one tries.
RIGHT = ("instruction-casing", "key-value-form")

Visit = Callable[[Any, Any], None]


@dataclass(frozen=True)
class Mutant:
    """A wrong `visit_...` method, a telling part of why it is turned down, and the file it reads."""

    visit: Visit
    reason: str
    data: bytes = FILE
    #: Attributes of the fixer's class.
    settings: tuple[tuple[str, object], ...] = ()

    def fixer(self) -> type[Fixer]:
        """The fixer that has it."""

        class Wrong(Fixer):
            """A fixer that is wrong on purpose."""

            message = "wrong"
            level = Level.SAFE
            plan_paths = ("*",)

        for name, value in self.settings:
            setattr(Wrong, name, value)
        Wrong.name = "wrong"
        kind = self.visit.__annotations__["node"]
        setattr(Wrong, f"visit_{kind.__name__}", self.visit)
        return Wrong


class Mutants(dict[str, Mutant]):
    """Wrong fixers by their names."""

    def add(self, reason: str, data: bytes = FILE, **settings: object) -> Callable[[Visit], Visit]:
        """Takes a method in; `reason` is what must be told of it."""

        def take(visit: Visit) -> Visit:
            assert visit.__name__ not in self
            self[visit.__name__] = Mutant(visit, reason, data, tuple(settings.items()))
            return visit

        return take


def right(data: bytes) -> bytes:
    """What the right fixers alone make of a file."""
    fixers = tuple(all_fixers()[name] for name in RIGHT)
    result = fix_bytes(data, Request(fixers, Level.AGGRESSIVE))
    assert result.error is None
    assert result.changed, "there is nothing for the right fixers to do"
    return result.after


def run(mutant: Mutant, *, beside: bool) -> Result:
    """What becomes of the file; with `beside`, the right fixers run in front and behind."""
    fixers: tuple[type[Fixer], ...] = (mutant.fixer(),)
    if beside:
        first, *others = (all_fixers()[name] for name in RIGHT)
        fixers = (first, *fixers, *others)
    return fix_bytes(mutant.data, Request(fixers, Level.AGGRESSIVE))


def reject(mutant: Mutant) -> None:
    """Asserts that the mutant is refused for its reason, and that nothing else suffers."""
    for beside in (False, True):
        result = run(mutant, beside=beside)
        assert result.error is None, result.error
        told = [each for each in result.findings if each.fixer == "wrong"]
        assert {each.status for each in told} == {"refused"}, told
        assert any(mutant.reason in (each.reason or "") for each in told), told
        assert result.after == (right(mutant.data) if beside else mutant.data)


def fault(mutant: Mutant) -> None:
    """Asserts that the mutant is an error of the file, which comes back as it was."""
    for beside in (False, True):
        result = run(mutant, beside=beside)
        assert result.error is not None, result.findings
        assert mutant.reason in result.error.message
        assert result.after == mutant.data


def text_of(node: Run) -> str:
    """The text of a RUN in shell form; empty for any other."""
    return node.command.text if isinstance(node.command, ShellForm) else ""


def with_text(node: Run, text: str) -> Run:
    """The RUN with another text."""
    return node.with_changes(command=ShellForm(text=text))
