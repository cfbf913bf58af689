"""Reports a secret in ARG or ENV, and how a build is given it without."""

import re

from dfix import Arg, Env, Fixer, Level, Pair, Phase, Reported, Run, Stage, Valid

#: The builder's own list: https://docs.docker.com/reference/build-checks/secrets-used-in-arg-or-env/
_SECRET = re.compile(
    r"(?:.*_)?(?:apikey|auth|credentials?|key|password|pword|passwd|secret|token)(?:_.*)?",
    re.IGNORECASE,
)
_PUBLIC = re.compile(r"(?:.*_)?public(?:_.*)?", re.IGNORECASE)


class SecretToMount(Fixer):
    """Reports a secret in ARG or ENV, and how a build is given it without.

    **Why**

    What ARG and ENV hold can be read by everybody who has the image: in its history, its
    configuration, and the provenance of the build.

    **When it is reported**

    For an ARG or ENV whose name has a word for a secret in it, such as `token` or `password`. It is not
    rewritten: a secret mount asks for another call of the build, and a program may read the variable in
    a RUN that does not name it.

    **What to do**

    In the build, mount it where it is used: `RUN --mount=type=secret,id=token,env=TOKEN`, from version
    1.10 of the Dockerfile syntax on. A container is given its secrets when it is started.
    """

    message = "a secret in ARG or ENV is there to be read in the image"
    level = Level.SAFE
    phase = Phase.RUNTIME
    aliases = ("SecretsUsedInArgOrEnv", "DL3064")
    practices = ()
    plan_paths = ()
    reference = "https://docs.docker.com/build/building/secrets/"
    VALID = (
        Valid("FROM debian:12\nARG VERSION\n"),
        Valid("FROM debian:12\nARG PUBLIC_KEY\n", why="it is public"),
        Valid("FROM debian:12\nENV KEYBOARD=us\n", why="the word is another one"),
        Valid("FROM debian:12\nRUN --mount=type=secret,id=token,env=TOKEN make\n"),
    )
    REPORTED = (
        Reported("FROM debian:12\nARG NPM_TOKEN\nRUN echo $NPM_TOKEN > /root/.npmrc\n", line=2),
        Reported("FROM debian:12\nENV DB_PASSWORD=x\n", line=2),
    )

    def visit_Stage(self, stage: Stage) -> None:
        """Looks for secrets by the names of variables."""
        for instruction in stage.instructions:
            if isinstance(instruction, Arg | Env):
                for pair in instruction.pairs:
                    if _SECRET.fullmatch(pair.key) and not _PUBLIC.fullmatch(pair.key):
                        self._report(stage, instruction, pair)

    def _report(self, stage: Stage, instruction: Arg | Env, pair: Pair) -> None:
        name = pair.key
        if isinstance(instruction, Env):
            self.advise(
                pair,
                f"give {name} to the container when it is started, and where the build needs it, mount it"
                f" with --mount=type=secret,id={name},env={name}",
            )
            return
        elsewhere = [
            each
            for each in stage.instructions
            if each is not instruction
            and not isinstance(each, Run)
            and re.search(rf"\$\{{?{re.escape(name)}\b", each.with_changes(leading_lines=()).code)
        ]
        if elsewhere:
            advice = (
                f"{name} is written into the image by {elsewhere[0].name}: use it in RUN alone, and"
            )
        else:
            advice = "take the ARG out, and"
        self.advise(
            pair,
            f"{advice} give each RUN that needs it --mount=type=secret,id={name},env={name} (Dockerfile"
            f" syntax 1.10); then build with `docker build --secret id={name},env={name}`",
        )
