"""Keeps package managers' downloads in cache mounts, from one build to the next."""

from collections import Counter
from functools import partial

from dfix import Change, Facts, Fixer, Flag, Invalid, Level, Phase, Run, ShellForm, Valid
from dfix.facts.rewriting import Rewritten

from ._clean_ups import Scene
from ._mounts import Mounting, builder_objection, for_apt, for_npm, for_pip, for_yarn

_ASSUMPTION = "the image is built by BuildKit, and nothing but the build needs the cache"


class CacheMounts(Fixer):
    """Keeps package managers' downloads in cache mounts, from one build to the next.

    **Why**

    A clean-up keeps an image small, and makes each build download everything again. A cache mount is
    no part of the image, and is there again in the next build.

    **When it is applied**

    Only when it is selected: it is the other answer to what `clean-package-cache` does, which leaves
    a RUN with such a mount alone. To RUNs that call `apt-get update` and `install`, `pip install`,
    `npm` or yarn 1, as root or as an account whose home directory is known. Clean-ups and options
    that contradict the mount are taken out, and so are the settings by which the images of Debian and
    Ubuntu empty the archives. apt's `extended_states` stay in the image: only the lists are mounted.

    **When it is refused**

    When a frontend before 1.2 or another builder is named; when something later needs the cache; when
    it is put elsewhere, or the home directory is not known; when a clean-up cannot be taken out. The
    indexes of apk and of rpm's managers are small beside their packages, which they do not keep.
    """

    message = "downloads are lost from one build to the next"
    level = Level.AGGRESSIVE
    phase = Phase.CACHES
    default = False
    practices = ("04",)
    plan_paths = ("effect", "effect.flags")
    reference = "https://docs.docker.com/build/cache/optimize/#use-cache-mounts"
    VALID = (
        Valid("FROM alpine:3.20\nRUN apk add --no-cache curl\n"),
        Valid(
            "FROM python:3.13\nRUN --mount=type=cache,target=/root/.cache/pip pip install flask\n"
        ),
        Valid(
            "# syntax=docker/dockerfile:1.1\nFROM python:3.13\nRUN pip install flask\n",
            why="the frontend has no cache mounts yet",
            refused=True,
        ),
        Valid(
            "FROM me/base:1\nUSER app\nRUN npm ci\n",
            why="where the account keeps its cache is not known",
            refused=True,
        ),
    )
    INVALID = (
        Invalid(
            "FROM debian:12\nRUN apt-get update && apt-get install -y curl \\\n"
            "  && rm -rf /var/lib/apt/lists/*\n",
            "FROM debian:12\nRUN --mount=type=cache,target=/var/cache/apt,sharing=locked \\\n"
            "  --mount=type=cache,target=/var/lib/apt/lists,sharing=locked \\\n"
            "  rm -f /etc/apt/apt.conf.d/docker-clean \\\n"
            "  && apt-get update && apt-get install -y curl\n",
        ),
        Invalid(
            "FROM python:3.13\nRUN pip install --no-cache-dir -r requirements.txt\n",
            "FROM python:3.13\nRUN --mount=type=cache,target=/root/.cache/pip \\\n"
            "  pip install -r requirements.txt\n",
        ),
        Invalid(
            "FROM node:22\nUSER node\nRUN npm ci && npm cache clean --force\n",
            "FROM node:22\nUSER node\n"
            "RUN --mount=type=cache,target=/home/node/.npm,uid=1000,gid=1000 \\\n  npm ci\n",
        ),
    )

    def visit_Run(self, node: Run) -> None:
        """Mounts the caches of the managers that a RUN calls, one fix for each."""
        scene = Scene.of(self.facts, node)
        if scene is None:
            return
        for mounting in (for_apt, for_pip, for_npm, for_yarn):
            found = mounting(scene)
            if isinstance(found, Mounting):
                found = builder_objection(self.facts) or self._mount(scene, found)
            if isinstance(found, str) and found:
                self.refuse(node, found)

    def _mount(self, scene: Scene, found: Mounting) -> str:
        """Proposes the mounts; why not, where the text cannot be edited."""
        node = scene.run
        result = found.rewrite.result() if found.rewrite.is_edited else Rewritten(node, ())
        if isinstance(result, str):
            return result
        form = result.run.command
        if not isinstance(form, ShellForm):
            return "only RUNs in shell form take part"
        habits = found.rewrite.habits
        new_line = habits.continuation + habits.indent
        flags = list(node.flags)
        for flag in found.flags:
            flags.append(Flag(new_line if flags else " ", flag))
        prefix = form.prefix if "\n" in form.prefix else new_line
        run = result.run.with_changes(flags=tuple(flags), command=ShellForm(prefix, form.text))
        # Told only where it is applied: it takes a plan of the whole file.
        expects = partial(self._expects, scene, run, result)
        self.fix(node, {node: run}, expects=expects, reason=_ASSUMPTION)
        return ""

    def _expects(self, scene: Scene, run: Run, edited: Rewritten) -> tuple[Change, ...]:
        """The difference to the plan: the edits that were meant, and the flags.

        Where there is more, just the edits: what is announced is not what happens then.
        """
        tree = self.facts.tree
        at = tree.instructions.index(scene.run)
        instructions = (*tree.instructions[:at], run, *tree.instructions[at + 1 :])
        found = self.facts.plan.difference(Facts(tree.with_changes(instructions=instructions)).plan)
        meant: Counter[tuple[str, str]] = Counter()
        for sign, changes in ((1, edited.expects), (-1, found)):
            for each in changes:
                if each.item == "effect":
                    if each.old is not None:
                        meant["-", each.old] += sign
                    if each.new is not None:
                        meant["+", each.new] += sign
                elif each.item != "effect.flags" or each.stage != scene.stage.index:
                    return edited.expects
        return edited.expects if any(meant.values()) else found
