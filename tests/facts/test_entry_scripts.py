"""What a script ends by becoming."""

import pytest

from dfix.facts.entry_scripts import ARGUMENTS, becomes, looks_at_its_arguments

SH = "#!/bin/sh\n"
BECOMES: dict[str, tuple[str | None, ...]] = {
    SH + 'exec "$@"\n': (ARGUMENTS,),
    '#!/usr/bin/env bash\r\nset -e\r\nexec "$@"\r\n': (ARGUMENTS,),
    '#!/bin/bash -e\nif a; then b; fi\n\n# go\nexec gosu app "$@"': (ARGUMENTS,),
    SH + "exec $@\n": (ARGUMENTS,),
    SH + "a || exit 1\nexec node index.js\n": ("node", "index.js"),
    SH + 'exec node "$FILE" "$@"\n': ("node", None, ARGUMENTS),
    SH + 'exec tini -- "$@"\n': ("tini", "--", ARGUMENTS),
    SH + 'if a; then exec gosu app "$@"; fi\nexec "$@"\n': (ARGUMENTS,),
    SH + 'if a; then exec gosu app "$0" "$@"; fi\nexec "$@"\n': (ARGUMENTS,),
    SH + 'if a; then exec su-exec b "${BASH_SOURCE[0]}" "$@"; fi\nexec c\n': ("c",),
    SH + 'exec 3>&1\nexec "$@"\n': (ARGUMENTS,),
}
NOTHING = [
    "",
    'exec "$@"\n',
    "#!/usr/bin/python3\nexec(open('a').read())\n",
    SH,
    SH + '"$@"\n',
    SH + 'exec "$@" &\n',
    SH + 'a && exec "$@"\n',
    SH + 'exec "$@"\necho done\n',
    SH + 'if a; then exec "$@"; fi\n',
    SH + 'set -- node "$@"\nexec "$@"\n',
    SH + 'shift\nexec "$@"\n',
    SH + 'A=1 exec "$@"\n',
    SH + "exec > /log\n",
    SH + 'if [ "$1" = a ]; then exec b "$@"; fi\nexec "$@"\n',
    SH + 'if [ $# -gt 0 ]; then exec "$@"; fi\nexec nginx\n',
    SH + "if a; then exec sleep 1; fi\nexec nginx\n",
    SH + "exec node 'a\n",
]


@pytest.mark.parametrize("text", BECOMES)
def test_becomes(text: str) -> None:
    assert becomes(text) == BECOMES[text]


@pytest.mark.parametrize("text", NOTHING)
def test_becomes_nothing_that_is_known(text: str) -> None:
    assert becomes(text) is None


def test_whether_it_looks_at_its_arguments() -> None:
    assert not looks_at_its_arguments(SH + 'exec "$@"\n')
    assert looks_at_its_arguments(SH + 'if [ "$1" = a ]; then b; fi\nexec "$@"\n')
    assert looks_at_its_arguments(SH + 'shift\nexec "$@"\n')
