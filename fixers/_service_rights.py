"""What Compose services ask for that a program without root could not use."""

import posixpath

from dfix import Facts, Stage, regex
from dfix.facts.contents import workdir_of

from ._handed_over import HandedOver
from ._root_steps import of_variable

#: Packages and sources that are laid over those of the image, to be read.
_TO_READ = regex(r".*/(?:node_modules|vendor|site-packages)")
_FILE = regex(r".*/[^/.]+\.[\w.-]+|/etc/(?:localtime|timezone|hosts|resolv\.conf)")
_LAST_OF_ROOT = 1023
#: What a command line does that writes into the image's folders, or starts what may do so.
_WRITING = regex(
    r"\b(?:npm|npx|yarn|pnpm|pip3?|poetry|bundle|composer|apt|apt-get|apk|install|migrate|makemigrations"
    r"|collectstatic|mkdir|chown|chmod|touch|cp|mv|rm|build|watch|su|sudo|gosu|su-exec)\b|\.sh\b|>|/root\b"
)


def objection(facts: Facts, stage: Stage, given: HandedOver, ports: tuple[int, ...]) -> str | None:
    """Why a service that runs the image needs root; None where none does.

    `given` is what the account is given, and `ports` are those that the program listens at.
    """
    workdir = workdir_of(facts, stage)
    told = facts.surroundings.containers
    said_of_others = told() if told is not None else ((), ())
    if said_of_others is None:
        return "there are too many files to see how its containers are run"
    others, heirs = said_of_others
    for file in heirs:
        return f"{file} is built on it, and its RUNs may need root"
    for service in (*facts.surroundings.services, *others):
        if service.user is not None:
            continue  # USER is not what counts
        if service.target is not None and service.target.lower() != stage.name:
            continue  # another stage of the file
        said = f"{service.source} gives {service.name}"
        if service.privilege:
            return f"{said} `{service.privilege}`, which is of use to root alone"
        for path in (*service.volumes, *service.binds):
            if posixpath.basename(path) == "docker.sock":
                return f"{said} the engine's socket, which only root may use"
        if found := _WRITING.search(service.command):
            return f"{service.source} has {service.name} start `{found[0]}`, which may need root"
        for path in service.volumes:
            if not (_TO_READ.fullmatch(path) or given.holds(path)):
                return f"{said} a volume at {path}, which the program may write to"
        for path in service.binds:
            # Sources are laid over the working directory while they are worked on.
            sources = f"{workdir}/".startswith(f"{posixpath.normpath(path)}/")
            if not (sources or _FILE.fullmatch(path)):
                return f"{said} a folder of the host at {path}, which the program may write to"
        for name, value in service.environment.items():
            if reason := of_variable(name, value, given):
                return f"{said} a variable: {reason}"
        if service.network == "host" and any(port <= _LAST_OF_ROOT for port in ports):
            return f"{said} the host's network, where only root may use a port below 1024"
    return None
