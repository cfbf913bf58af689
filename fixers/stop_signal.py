"""Names the signal that the program wants to be ended with."""

import posixpath

from dfix import (
    Fixer,
    Instruction,
    Invalid,
    Level,
    Onbuild,
    Phase,
    Stage,
    Stopsignal,
    Valid,
    Word,
    above,
    below,
    regex,
)
from dfix.facts.contents import text_of, workdir_of
from dfix.facts.runtime import Launch, Part, launch, program

from ._heirs import changed
from ._signals import Ending, ending

#: Options of dumb-init that change signals on their way.
_REWRITING = regex(r"-[a-z]*r.*|--rewrite(?:=.*)?")


class StopSignal(Fixer):
    """Names the signal that the program wants to be ended with.

    **Why**

    `docker stop` sends SIGTERM. Some servers take it for "at once", and drop the requests that they
    are at; another signal makes them finish those first.

    **When it is applied**

    To the last stage, where ENTRYPOINT and CMD are in exec form and start nginx, OpenResty, php-fpm,
    Apache's httpd in the foreground, HAProxy, PostgreSQL, uWSGI without `die-on-term`, or systemd,
    also behind an init process and an entrypoint script that can be read. The base image has to be
    known to set no STOPSIGNAL. It goes above ENTRYPOINT and CMD, and above the comments there.

    **When it is refused**

    Where the base image sets one itself, or is not known, in shell form (the shell would get the
    signal), and with ONBUILD.
    """

    message = "the program wants another signal than SIGTERM to end in order"
    level = Level.STANDARD
    phase = Phase.RUNTIME
    practices = ("01",)
    plan_paths = ("config.stopsignal",)
    reference = "https://docs.docker.com/reference/dockerfile/#stopsignal"
    VALID = (
        Valid('FROM alpine:3.20\nSTOPSIGNAL SIGTERM\nCMD ["nginx", "-g", "daemon off;"]\n'),
        Valid('FROM alpine:3.20\nCMD ["httpd", "-f"]\n', why="BusyBox has an httpd, too"),
        Valid('FROM node:22\nCMD ["node", "index.js"]\n', why="SIGTERM is right"),
        Valid('FROM nginx:1.27\nCMD ["nginx", "-g", "daemon off;"]\n', refused=True),
        Valid('FROM example.com/x\nENTRYPOINT ["nginx", "-g", "daemon off;"]\n', refused=True),
        Valid("FROM alpine:3.20\nCMD nginx -g 'daemon off;'\n", why="a shell", refused=True),
    )
    INVALID = (
        Invalid(
            'FROM alpine:3.20\nRUN apk add --no-cache nginx\nCMD ["nginx", "-g", "daemon off;"]\n',
            "FROM alpine:3.20\nRUN apk add --no-cache nginx\nSTOPSIGNAL SIGQUIT\n"
            'CMD ["nginx", "-g", "daemon off;"]\n',
        ),
        Invalid(
            'FROM debian:12\n\n# In front:\nCMD ["apache2", "-DFOREGROUND"]\n',
            'FROM debian:12\n\nSTOPSIGNAL SIGWINCH\n# In front:\nCMD ["apache2", "-DFOREGROUND"]\n',
            why="the comment stays with CMD",
        ),
        Invalid(
            'FROM alpine:3.20\nENTRYPOINT ["/sbin/tini", "--"]\nCMD ["uwsgi", "a.ini"]\n',
            "FROM alpine:3.20\nSTOPSIGNAL SIGINT\n"
            'ENTRYPOINT ["/sbin/tini", "--"]\nCMD ["uwsgi", "a.ini"]\n',
            why="tini hands it on",
        ),
    )

    def visit_Stage(self, stage: Stage) -> None:
        """Proposes STOPSIGNAL for the last stage, or says what speaks against it."""
        if not self.facts.stages.is_final(stage):
            return
        lineage = self.facts.stages.lineage(stage)
        inside = [each for one in lineage for each in one.instructions]
        if any(isinstance(each, Stopsignal) for each in inside):
            return
        started = launch(self.facts, stage)
        if not started.own:
            return
        found = program(self.facts, stage, started, own_scripts=True)
        wanted = None if isinstance(found, str) else ending(found.words)
        reason = "" if wanted is not None else "what stands in front of it may not become it"
        wanted = wanted or _of_cmd(started)
        if wanted is None or self._ends_on_term(stage, started):
            return
        if isinstance(found, str):
            reason = found
        elif found.shell:
            reason = "a shell gets the signal: write the exec form first"
        elif any(isinstance(each, Onbuild) for each in inside):
            reason = "ONBUILD makes it an image to build on"
        elif found.init == "dumb-init" and any(
            _REWRITING.fullmatch(word) for part in _parts(started) if part for word in part.words
        ):
            reason = "the init process makes other signals of those that it gets"
        reason = self._of_base(stage) or reason
        node = _first(stage, started)
        last = (stage.start, *stage.instructions)[-1]
        if reason:
            self.refuse(node or last, reason)
            return
        new = Stopsignal(argument=Word(" ", wanted.signal))
        self.fix(
            node or last,
            {node: above(node, new)} if node is not None else {last: below(new)},
            expects=changed(self.facts, stage, "stopsignal", None, wanted.signal),
            reason=wanted.reason,
        )

    def _ends_on_term(self, stage: Stage, started: Launch) -> bool:
        """Whether uWSGI is told to end on SIGTERM, by a file that the context shows or by ENV."""
        if "UWSGI_DIE_ON_TERM" in self.facts.plan.stages[stage.index].config.env:
            return True
        words = [word for part in _parts(started) if part for word in part.words]
        folder = workdir_of(self.facts, stage) or "/"
        return any(posixpath.basename(each) == "uwsgi" for each in words) and any(
            "die-on-term" in (text_of(self.facts, stage, posixpath.join(folder, each)) or "")
            for each in words
        )

    def _of_base(self, stage: Stage) -> str:
        """Why the base image speaks against it; empty if it does not."""
        known = self.facts.bases.of(stage)
        if known is None or known.stopsignal is None:
            return "whether the base image sets a STOPSIGNAL is not known"
        if known.stopsignal:
            return f"the base image sets STOPSIGNAL {known.stopsignal} itself"
        return "Windows has no signals" if self.facts.bases.is_windows(stage.start) else ""


def _parts(started: Launch) -> tuple[Part | None, Part | None]:
    return started.entrypoint, started.cmd


def _of_cmd(started: Launch) -> Ending | None:
    """What the file's own CMD would want, whatever stands in front of it."""
    cmd = started.cmd
    return ending(cmd.words) if cmd is not None and cmd.instruction is not None else None


def _first(stage: Stage, started: Launch) -> Instruction | None:
    """The first instruction of `stage` that says what is started; None where it is inherited."""
    told = {part.instruction for part in _parts(started) if part is not None}
    return next((each for each in stage.instructions if each in told), None)
