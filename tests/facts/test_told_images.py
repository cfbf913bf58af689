"""What fixers make of an image that nothing but its config is known of: unknown is never no."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import pytest

from dfix import Level, Request, Result, Surroundings, fix_bytes
from dfix.facts import Facts
from dfix.image import ImageReference
from dfix.parser import parse
from dfix.registry import all_fixers
from dfix.resolve.answers import AnsweredImages, Answers, config_key
from dfix.surroundings import EmbeddedImages
from tests.resolve.test_configfacts import BARE


def images(name: str, config: Mapping[str, Any]) -> AnsweredImages:
    reference = ImageReference.parse(name)
    assert reference is not None
    configs = {config_key(reference): (replace(BARE, **config),)}
    return AnsweredImages(Answers(configs=configs), EmbeddedImages())


def run(fixer: str, text: str, name: str = "me/app:1", **config: Any) -> Result:
    surroundings = Surroundings(images=images(name, config))
    request = Request((all_fixers()[fixer],), Level.AGGRESSIVE, surroundings)
    return fix_bytes(text.encode(), request)


def reasons(result: Result) -> str:
    assert result.error is None and not result.changed, result.after
    return " | ".join(each.reason or "" for each in result.findings)


REFUSED: dict[str, tuple[str, dict[str, Any], str]] = {
    "run-as-user": ('FROM me/app:1\nCOPY a /a\nCMD ["/a"]\n', {}, "built on is not known"),
    "init-process": (
        'FROM me/app:1\nCOPY a.js /\nCMD ["node", "/a.js"]\n', {}, "may have an init process already",
    ),
    "wget-progress": (
        "FROM me/app:1\nRUN wget https://example.com/a\n", {}, "nothing shows that",
    ),
    "stop-signal": (
        'FROM me/app:1\nCMD ["nginx", "-g", "daemon off;"]\n', {"stopsignal": "SIGQUIT"},
        "the base image sets STOPSIGNAL SIGQUIT itself",
    ),
    "pipefail": ("FROM me/app:1\nRUN a | b\n", {"shell": ("/bin/bash", "-c")}, "a SHELL of its own"),
    "numeric-user": ("FROM me/app:1\nUSER app\n", {"user": "app"}, "is not known"),
    "merge-runs": (
        "FROM me/app:1\nRUN apt-get update\nRUN rm -rf /var/lib/apt/lists/*\n", {"shell": ("pwsh", "-c")}, "no POSIX shell",
    ),
}  # fmt: skip


@pytest.mark.parametrize("fixer", REFUSED)
def test_what_is_not_known_is_refused(fixer: str) -> None:
    text, config, reason = REFUSED[fixer]
    assert reason in reasons(run(fixer, text, **config))


def test_a_start_up_file_of_the_base_image_is_seen() -> None:
    text = "FROM me/app:1\nRUN apt-get update\nRUN rm -rf /var/lib/apt/lists/*\n"
    assert "BASH_ENV names a file" in reasons(run("merge-runs", text, env={"BASH_ENV": "/x"}))


def test_an_image_that_runs_as_another_user_already_is_left_alone() -> None:
    result = run("run-as-user", 'FROM me/app:1\nCOPY a /a\nCMD ["/a"]\n', user="app")
    assert (result.changed, result.findings) == (False, ())


def test_what_a_config_tells_is_evidence() -> None:
    text = 'FROM me/app:1\nCMD ["nginx", "-g", "daemon off;"]\n'
    assert b"STOPSIGNAL SIGQUIT\n" in run("stop-signal", text).after
    # Without the config it is not known whether the base sets one.
    plain = Surroundings(images=EmbeddedImages())
    request = Request((all_fixers()["stop-signal"],), Level.AGGRESSIVE, plain)
    assert not fix_bytes(text.encode(), request).changed


def test_an_image_of_the_table_keeps_what_no_config_tells() -> None:
    text = 'FROM node:22-alpine\nCOPY a.js /a.js\nCMD ["node", "/a.js"]\n'
    same = {"entrypoint": ("docker-entrypoint.sh",), "cmd": ("node",)}
    assert b"USER 1000:1000\n" in run("run-as-user", text, "node:22-alpine", **same).after
    moved = run("run-as-user", text, "node:22-alpine", user="node", **same)
    assert (moved.changed, moved.findings) == (False, ())


def test_variables_that_the_base_image_sets() -> None:
    text = "FROM me/app:1\nWORKDIR $HOME_OF_APP\nLABEL a=$OTHER\n"
    result = run("undefined-variable", text, env={"HOME_OF_APP": "/srv"})
    assert [(each.line, each.message) for each in result.findings] == [
        (3, "$OTHER is not set here")
    ]


def facts(text: str, **config: Any) -> Facts:
    return Facts(parse(text.encode()), Surroundings(images=images("me/app:1", config)))


def test_facts_of_instructions() -> None:
    held = facts("FROM me/app:1\nRUN a\n", user="app:app", workdir="/srv", env={"A": "1"})
    (run_node,) = held.tree.stages[0].instructions
    bases = held.bases
    assert (bases.user(run_node), bases.workdir(run_node)) == ("app", "/srv")
    assert bases.environment(run_node) == {"A": "1"}
    assert (bases.shell(run_node), bases.default_shell(run_node)) == (None, ())
    assert not bases.is_windows(run_node)


@pytest.mark.parametrize(
    "text",
    [
        "FROM --platform=windows/amd64 me/app:1\nRUN a\n",
        "# escape=`\nFROM me/app:1\nRUN a\n",
    ],
)
def test_a_config_of_linux_does_not_hide_windows(text: str) -> None:
    held = facts(text)
    assert held.bases.is_windows(held.tree.stages[0].instructions[0])
