"""Reports images that are made to run the Docker engine, or to command the host's."""

from dfix import Copy, Fixer, ImageReference, Phase, Reported, Run, Stage, Valid
from dfix.facts.commands import installed_packages, literal_arguments
from dfix.facts.scripts import script_of
from dfix.facts.stages import origins

_ENGINES = frozenset({"docker.io", "docker-ce", "docker-engine", "docker", "moby-engine"})
_CLIENTS = frozenset({"docker-ce-cli", "docker-cli", "docker-cli-compose", "moby-cli"})
_INSTALLERS = ("get.docker.com", "test.docker.com")
_OF_ENGINE = (
    "an engine in a container has to run with --privileged, which is root on the host: to build "
    "images, take a builder that needs no engine (Kaniko, BuildKit or Buildah without root)"
)
_OF_CLIENT = (
    "a client needs the socket of the host's engine, which is root on the host: to build images, take "
    "a builder that needs no engine (Kaniko, BuildKit or Buildah without root)"
)


class DockerInDocker(Fixer):
    """Reports images that are made to run the Docker engine, or to command the host's.

    **Why**

    An engine within a container needs `--privileged`, and a client the socket of the host's engine.
    With either, whoever takes the container over has the host.

    **When it is reported**

    For stages FROM `docker:dind`, RUNs that install the engine or its client as a package or by
    Docker's install script, and a COPY of the client out of the image `docker`. Stages that only
    serve the build are left alone.

    **What to do**

    Build images with what needs no engine, or outside of the container.
    """

    message = "the image is made to run Docker within a container"
    phase = Phase.RUNTIME
    practices = ("02",)
    reference = "https://docs.docker.com/engine/security/#docker-daemon-attack-surface"
    VALID = (
        Valid("FROM docker:27\nRUN docker version\n", why="the client in a pipeline"),
        Valid("FROM debian:12\nRUN pip install docker\n"),
        Valid("FROM debian:12\nRUN apt-get remove -y docker.io\n"),
        Valid(
            "FROM debian:12 AS b\nRUN apt-get install docker.io\nFROM scratch\nCOPY --from=b /a /a\n"
        ),
        Valid("FROM docker:dind AS docker\nFROM alpine:3.20\nCOPY --from=docker /a /b\n"),
    )
    REPORTED = (
        Reported("FROM docker:27-dind\nCOPY run.sh /\n", line=1),
        Reported("FROM debian:12\nRUN apt-get install -y git docker.io\n", line=2),
        Reported("FROM alpine:3.20\nRUN apk add docker-cli\n", line=2),
        Reported("FROM debian:12\nRUN wget -O- https://get.docker.com | sh\n", line=2),
        Reported(
            "FROM alpine:3.20\nCOPY --from=docker:27 /usr/local/bin/docker /usr/local/bin/\n",
            line=2,
        ),
    )

    def visit_Stage(self, stage: Stage) -> None:
        """Looks at what a stage that ships is FROM, and at what is put into it."""
        if not self.facts.stages.is_shipped(stage):
            return
        if self.facts.stages.parent(stage) is None:
            image = ImageReference.parse(self.facts.plan.stages[stage.index].base)
            if (
                image is not None
                and image.familiar_name == "docker"
                and "dind" in (image.tag or "")
            ):
                self.advise(stage.start, _OF_ENGINE)
        for each in stage.instructions:
            if isinstance(each, Run) and (advice := self._of_run(each)):
                self.advise(each, advice)
            elif isinstance(each, Copy):
                self._look_at(each)

    def _of_run(self, run: Run) -> str:
        """What to do about a RUN; empty where it installs nothing of Docker's."""
        script = script_of(run, self.facts.tree.escape)
        packages: set[str] = set()
        for command in script.commands if script is not None else ():
            packages.update(installed_packages(command) or ())
            for word in literal_arguments(command):
                if word is not None and any(site in word for site in _INSTALLERS):
                    return _OF_ENGINE
        if packages & _ENGINES:
            return _OF_ENGINE
        return _OF_CLIENT if packages & _CLIENTS else ""

    def _look_at(self, copy: Copy) -> None:
        for _, name in origins(copy):
            image = ImageReference.parse(name)
            is_stage = any(stage.name == name.lower() for stage in self.facts.tree.stages)
            if image is not None and image.familiar_name == "docker" and not is_stage:
                self.advise(copy, _OF_CLIENT)
