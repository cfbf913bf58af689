"""Reports logs that are written to files of the container."""

import re
from itertools import zip_longest

from dfix import Fixer, Phase, Reported, Run, Stage, Valid, regex
from dfix.facts.scripts import commands_of

from ._command_lines import CommandLine, base_of, command_lines

#: Options of well-known servers that name a file for the log.
_OPTION = regex(
    r"--(?:log-?file|log-?path|access-log-?file|error-log-?file|log-error|access-log|error-log)"
    r"(?:=(?P<value>.*))?"
)
_NAMES_A_FILE = regex(r"file|path")
_LOG = regex(r"(?:.*/)?(?:var/log|logs?)/.+|.+\.(?:log|out|err)")
#: What stands for the container's own output.
_OUTPUT = regex(r"-|/dev/.*|/proc/.*|std(?:out|err)|syslog.*|https?:.*")
#: Images that link their logs to the output themselves.
_LINKED = {
    "nginx": frozenset({"/var/log/nginx/access.log", "/var/log/nginx/error.log"}),
}
#: Commands that write files for a living.
_WRITERS = frozenset("echo printf cat envsubst sed env date touch".split())


class LogToFile(Fixer):
    """Reports logs that are written to files of the container.

    **Why**

    `docker logs` and what collects logs read the standard output and the standard error of the first
    process. A file in the container is not seen, grows in its writable layer, and is gone with it.

    **When it is reported**

    Where ENTRYPOINT or CMD of the last stage redirect output to a file whose name is that of a log,
    have an option such as `--log-file` or `--access-logfile` with a file behind it, or show a log
    by `tail -f`. Files that are links to the container's output are left alone.

    **What to do**

    Write to standard output and error. For nginx and httpd, a link from the log's file to
    `/dev/stdout` or `/dev/stderr` does: `ln -sf /dev/stdout /var/log/nginx/access.log`.
    """

    message = "the log goes to a file of the container"
    phase = Phase.RUNTIME
    practices = ("05",)
    reference = "https://docs.docker.com/engine/logging/"
    VALID = (
        Valid('FROM alpine:3.20\nCMD ["nginx", "-g", "daemon off;"]\n'),
        Valid("FROM python:3.13\nCMD gunicorn --access-logfile - app:app\n", why="the output"),
        Valid('FROM alpine:3.20\nCMD ["rsync", "--log-file=/dev/stdout"]\n', why="the output"),
        Valid("FROM alpine:3.20\nCMD env > /etc/environment && cron -f\n", why="no log"),
        Valid("FROM alpine:3.20\nRUN make > /var/log/build.log\n", why="of the build"),
        Valid(
            "FROM alpine:3.20\nRUN ln -sf /dev/stdout /var/log/a.log\nCMD app >> /var/log/a.log\n",
            why="it is a link to the output",
        ),
        Valid('FROM alpine:3.20\nCMD ["uvicorn", "--access-log", "a:app"]\n', why="a switch"),
        Valid("FROM alpine:3.20\nCMD app 2>&1 | tee /var/log/app.log\n", why="it is shown, too"),
    )
    REPORTED = (
        Reported("FROM alpine:3.20\nCMD app >> /var/log/app.log 2>&1\n", 2),
        Reported('FROM alpine:3.20\nENTRYPOINT ["app", "--log-file=/var/log/app.log"]\n', 2),
        Reported('FROM alpine:3.20\nCMD ["gunicorn", "--access-logfile", "a.log", "x"]\n', 2),
        Reported("FROM alpine:3.20\nCMD crond && tail -f /var/log/cron.log\n", 2),
        Reported('FROM alpine:3.20\nCMD ["sh", "-c", "app > /logs/app.out"]\n', 2),
    )

    def visit_Stage(self, stage: Stage) -> None:
        """Looks at the command lines of the last stage."""
        if not self.facts.stages.is_final(stage):
            return
        for line in command_lines(self.facts, stage):
            file = _file_of(line)
            if file is not None and not self._is_linked(stage, file):
                self.advise(
                    line.node,
                    f"{file} is not seen by `docker logs`: write to standard output and error, or "
                    "link the file to /dev/stdout",
                )

    def _is_linked(self, stage: Stage, file: str) -> bool:
        """Whether the file is a link to the container's own output, by a RUN or in the base."""
        known = self.facts.bases.of(stage)
        if known is not None and file in _LINKED.get(known.image, ()):
            return True
        runs = [
            each
            for one in self.facts.stages.lineage(stage)
            for each in one.instructions
            if isinstance(each, Run)
        ]
        links = [
            command.words()
            for run in runs
            for _, command in commands_of(self.facts, run)
            if base_of(command.words()) == "ln"
        ]
        return any(
            file in words and any(_OUTPUT.fullmatch(word or "") for word in words[1:])
            for words in links
        )


def _file_of(line: CommandLine) -> str | None:
    """The file that a command line writes a log to."""
    for command in line.script.commands if line.script is not None else ():
        for redirect in command.redirects:
            file = redirect.target.value if redirect.target is not None else None
            writes = base_of(command.words()) in _WRITERS or redirect.operator not in _APPENDING
            if file is not None and not writes and _is_log(file):
                return file
    for words in line.calls:
        if (file := _named(words)) is not None:
            return file
    return None


def _named(words: tuple[str | None, ...]) -> str | None:
    """The file that an option names, or that `tail -f` shows."""
    for word, following in zip_longest(words, words[1:]):
        option = _OPTION.fullmatch(word or "")
        value = (option["value"] or following) if option is not None else None
        if option is not None and not option["value"] and not _NAMES_A_FILE.search(word or ""):
            # It may be a switch, and the word behind it something else.
            value = value if value is not None and ("/" in value or _is_log(value)) else None
        if value and not value.startswith("--") and not _OUTPUT.fullmatch(value):
            return value
    if base_of(words) == "tail" and any(
        re.match(r"-[a-zA-Z]*[fF]|--follow", w or "") for w in words
    ):
        return next((word for word in words[1:] if word is not None and _is_log(word)), None)
    return None


def _is_log(file: str) -> bool:
    return bool(_LOG.fullmatch(file)) and not _OUTPUT.fullmatch(file)


_APPENDING = frozenset({">", ">>", "&>", "&>>", ">|"})
