"""duplicate-instruction: what it leaves alone first, then what it changes."""

import pytest

from dfix import Level
from tests.fixers.checks import check_fixed, check_noop, check_refused

NAME = "duplicate-instruction"
F = "FROM debian:12\n"

NOOP = {
    "one of each": 'ENTRYPOINT ["a"]\nCMD ["b"]\nHEALTHCHECK CMD c\n',
    "two images": "CMD a\nFROM busybox\nCMD b\n",
    "stage and its child": "CMD a\nFROM debian:12 AS b\nCMD c\n",
    "trigger": "ONBUILD CMD a\nONBUILD CMD b\nCMD c\n",
    "other instructions": "USER a\nWORKDIR /a\nUSER b\nWORKDIR /b\nVOLUME /a\nEXPOSE 1\nEXPOSE 2\n",
    "shells": 'SHELL ["/bin/sh", "-c"]\nSHELL ["/bin/bash", "-c"]\n',
    "arguments of a check": "HEALTHCHECK CMD \\\n  CMD\n",
}

REFUSED = {
    "comment above that would be left behind": (
        "# why\nCMD a\nRUN b\nCMD c\n",
        "the comment above",
    ),
    "comment above, and one below": ("# why\nCMD a\n# how\nCMD b\n", "the comment above"),
    "comment above, and an empty line below": ("# why\nCMD a\n\nCMD b\n", "the comment above"),
    "pragma above": ("# hadolint ignore=DL3025\nCMD a\nCMD b\n", "the comment above"),
    "comment within": ("CMD a \\\n  # why\n  b\nCMD c\n", "a comment"),
    "swallowed": ("CMD a \\\n\nRUN b\nCMD c\n", "swallowed"),
    "swallowed in capitals": ("CMD a && \\\nCMD b\nCMD c\n", "swallowed"),
}

FIXED = {
    "commands": ('CMD ["a"]\nCMD ["b"]\n', 'CMD ["b"]\n'),
    "three": ("CMD a\nCMD b\nRUN true\nCMD c\n", "RUN true\nCMD c\n"),
    "the same twice": ("CMD a\nCMD a\n", "CMD a\n"),
    "entry points": ('ENTRYPOINT ["a"]\nENTRYPOINT b\n', "ENTRYPOINT b\n"),
    "a command around an entry point": (
        'CMD ["a"]\nENTRYPOINT ["e"]\nCMD ["b"]\n',
        'ENTRYPOINT ["e"]\nCMD ["b"]\n',
    ),
    "entry points around a command": (
        'ENTRYPOINT ["e"]\nCMD ["a"]\nENTRYPOINT ["f"]\n',
        'CMD ["a"]\nENTRYPOINT ["f"]\n',
    ),
    "entry point taken back": ('ENTRYPOINT ["e"]\nENTRYPOINT []\n', "ENTRYPOINT []\n"),
    "shell between": (
        'CMD a\nSHELL ["/bin/bash", "-c"]\nCMD b\n',
        'SHELL ["/bin/bash", "-c"]\nCMD b\n',
    ),
    "checks": ("HEALTHCHECK --interval=5s CMD a\nHEALTHCHECK CMD b\n", "HEALTHCHECK CMD b\n"),
    "comment above": ("# why\nCMD a\nCMD b\nCMD c\n", "# why\nCMD c\n"),
    "empty line above": ("RUN a\n\nCMD b\nCMD c\n", "RUN a\n\nCMD c\n"),
    "empty lines around": ("RUN a\n\nCMD b\n\n\nCMD c\n", "RUN a\n\n\nCMD c\n"),
    "empty line above two": ("RUN a\n\nCMD b\nCMD c\nUSER d\nCMD e\n",
                             "RUN a\n\nUSER d\nCMD e\n"),
    "comment further up": ("# why\n\nCMD a\nRUN b\nCMD c\n", "# why\n\nRUN b\nCMD c\n"),
    "over lines": ('CMD ["a", \\\n  "b"]\nCMD ["c"]\n', 'CMD ["c"]\n'),
    "in each stage": (
        "CMD a\nCMD b\nFROM busybox\nCMD c\nCMD d\n",
        "CMD b\nFROM busybox\nCMD d\n",
    ),
    "inherited": ("CMD a\nFROM debian:12 AS a\nCMD b\nFROM a\nCMD c\nCMD d\n",
                  "CMD a\nFROM debian:12 AS a\nCMD b\nFROM a\nCMD d\n"),
    "no line end": ("CMD a\nCMD b", "CMD b"),
    "carriage returns": ("CMD a\r\nCMD b\r\n", "CMD b\r\n"),
    "in another case": ("cmd a\nCMD b\n", "CMD b\n"),
}  # fmt: skip


@pytest.mark.parametrize("case", NOOP)
def test_noop(case: str) -> None:
    check_noop(NAME, F + NOOP[case])


@pytest.mark.parametrize("case", REFUSED)
def test_refused(case: str) -> None:
    check_refused(NAME, F + REFUSED[case][0], REFUSED[case][1])


@pytest.mark.parametrize("case", FIXED)
def test_fixed(case: str) -> None:
    before, after = FIXED[case]
    head = F.replace("\n", "\r\n") if "\r" in before else F
    check_fixed(NAME, head + before, head + after, level=Level.SAFE)
