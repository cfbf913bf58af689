"""Reports containers that start several processes."""

import re

from dfix import Expose, Fixer, Phase, Reported, Run, Stage, Valid
from dfix.facts.commands import base_name, installed_packages
from dfix.facts.scripts import script_of

from ._command_lines import CommandLine, base_of, command_lines
from ._programs import RUNNERS, SERVERS, is_interpreter

#: Programs that start and watch others.
_SUPERVISORS = frozenset(
    """supervisord s6-svscan svscan runsvdir runsvinit runit runit-init my_init systemd openrc-init
    circusd monit foreman honcho forego overmind goreman hivemind chaperone horust multirun""".split()
)
_INIT_SYSTEMS = frozenset({"/init", "/sbin/init", "/usr/sbin/init", "/sbin/my_init"})
#: Packages that bring a database server, by package manager: the same name is a client elsewhere.
_DATABASES = {
    "apk": re.compile(r"mysql|mariadb|postgresql[0-9]*|mongodb"),
    "apt": re.compile(
        r"(?:default-)?mysql-server.*|mariadb-server.*|postgresql(?:-[0-9.]+)?|mongodb(?:-org|-server)?"
    ),
    "": re.compile(r"(?:mysql|mariadb|mongodb)(?:-community|-org)?-server|postgresql[0-9]*-server"),
}
_WEB = frozenset("nginx apache2 httpd lighttpd caddy libapache2-mod-php".split())
_ADVICE = "give each process a container of its own, and connect them by a network"


class ProcessCount(Fixer):
    """Reports containers that start several processes.

    **Why**

    A container ends with its first process, its log is that of its first process, and it is scaled
    and updated as one. With several processes none of this fits, and one that died is not noticed.

    **When it is reported**

    Where the last stage starts a supervisor (supervisord, s6, runit, systemd and the like), where
    its command line sends something to the background, starts services, or starts a server before
    something else, and where it exposes ports of an image with a web server and a database.

    **What to do**

    Build an image for each process, and start them together, with Compose for one. Where they
    cannot be parted, let a supervisor watch them, and say in which order they end.
    """

    message = "several processes run in one container"
    phase = Phase.RUNTIME
    practices = ("01",)
    reference = "https://docs.docker.com/engine/containers/multi-service_container/"
    VALID = (
        Valid('FROM alpine:3.20\nCMD ["nginx", "-g", "daemon off;"]\n'),
        Valid("FROM node:22\nCMD npm run migrate && node index.js\n", why="one after another"),
        Valid("FROM debian:12\nCMD nginx -t && nginx -g 'daemon off;'\n", why="only a test"),
        Valid('FROM node:22\nENTRYPOINT ["tini", "--"]\nCMD ["node", "a.js"]\n', why="an init"),
        Valid("FROM debian:12\nRUN apt-get install -y nginx postgresql-client\nEXPOSE 80\n"),
        Valid("FROM debian:12\nRUN service postgresql start && make test\n", why="of the build"),
    )
    REPORTED = (
        Reported('FROM debian:12\nCMD ["/usr/bin/supervisord", "-n"]\n', 2),
        Reported("FROM debian:12\nCMD service cron start && node index.js\n", 2),
        Reported("FROM debian:12\nENTRYPOINT php-fpm -D && nginx -g 'daemon off;'\n", 2),
        Reported('FROM debian:12\nCMD ["sh", "-c", "worker & exec node index.js"]\n', 2),
        Reported("FROM debian:12\nRUN apt-get install -y nginx mysql-server\nEXPOSE 80\n", 2),
    )

    def visit_Stage(self, stage: Stage) -> None:
        """Looks at what the last stage starts, and at what it has."""
        if not self.facts.stages.is_final(stage):
            return
        for line in command_lines(self.facts, stage):
            if told := _several(line):
                self.advise(line.node, f"{told}: {_ADVICE}")
                return
        self._look_at_packages(stage)

    def _look_at_packages(self, stage: Stage) -> None:
        """Both a web server and a database, where ports are exposed."""
        inside = [
            each for one in self.facts.stages.lineage(stage)[::-1] for each in one.instructions
        ]
        if not any(isinstance(each, Expose) for each in inside):
            return
        web: set[str] = set()
        databases: set[str] = set()
        for each in inside:
            script = script_of(each, self.facts.tree.escape) if isinstance(each, Run) else None
            for command in script.commands if script is not None else ():
                packages = installed_packages(command) or ()
                manager = (base_name(command) or "").removesuffix("-get")
                server = _DATABASES.get(manager, _DATABASES[""])
                web.update(_WEB.intersection(packages))
                databases.update(each for each in packages if server.fullmatch(each))
            if web and databases:
                told = f"`{min(web)}` and `{min(databases)}` are in one image"
                self.advise(each, f"{told}: {_ADVICE}")
                return


def _several(line: CommandLine) -> str:
    """What tells that a command line starts several processes; empty if nothing does."""
    for words in line.calls:
        name = base_of(words)
        if name in _SUPERVISORS or (words and words[0] in _INIT_SYSTEMS):
            return f"`{words[0]}` starts others"
        behind = [base_of((word,)) for word in words[1:]]
        if name.startswith("python") and behind[:1] == ["supervisord"]:
            return "`supervisord` starts others"
        if (name in {"service", "rc-service", "systemctl"} and "start" in behind) or (
            words and (words[0] or "").startswith("/etc/init.d/") and "start" in behind
        ):
            return f"`{name} start` leaves a process behind"
    if line.script is None:
        return ""
    if any(each.background for each in line.script.statements):
        return "`&` leaves a process behind"
    calls = line.calls[bool(line.words) :]
    for at, words in enumerate(calls):
        name = base_of(words)
        later = {base_of(other) for other in calls[at + 1 :]} - {name}
        if name in SERVERS and "-t" not in words and any(map(_goes_on, later)):
            return f"`{name}` goes on in the background"
    return ""


def _goes_on(name: str) -> bool:
    """Whether a program is one to go on running."""
    return name in SERVERS or name in RUNNERS or name in {"tail", "java"} or is_interpreter(name)
