"""merge-runs: what it leaves alone first, then what it changes. M1 ...: see tests/facts/test_boundary.py."""

import pytest

from dfix import Level
from tests.facts.test_boundary import HELD_BACK, HELD_BACK_FILES
from tests.fixers.checks import check_fixed, check_noop, check_refused, run

NAME = "merge-runs"
F = "FROM debian:12\n"

NOOP = {
    "one": F + "RUN apt-get update\n",
    "env between": F + "RUN apt-get update\nENV A=1\nRUN apt-get install -y x\n",
    "arg between": F + "RUN apt-get update\nARG A\nRUN apt-get install -y x\n",
    "user between": F + "RUN apt-get update\nUSER x\nRUN rm y\n",
    "workdir between": F + "RUN apt-get update\nWORKDIR /x\nRUN rm y\n",
    "shell between": F + 'RUN apt-get update\nSHELL ["/bin/sh", "-c"]\nRUN rm y\n',
    "copy between": F + "RUN apt-get update\nCOPY a b\nRUN rm y\n",
    "add between": F + "RUN apt-get update\nADD a b\nRUN rm y\n",
    "volume between": F + "RUN apt-get update\nVOLUME /x\nRUN rm y\n",
    "label between": F + "RUN apt-get update\nLABEL a=b\nRUN rm y\n",
    "onbuild": F + "ONBUILD RUN apt-get update\nONBUILD RUN apt-get install -y x\n",
    "stages": "FROM a AS x\nRUN rm a\nFROM b\nRUN rm b\n",
}


@pytest.mark.parametrize("name", NOOP)
def test_noop(name: str) -> None:
    check_noop(NAME, NOOP[name])


@pytest.mark.parametrize("name", HELD_BACK)
def test_what_crosses_keeps_runs_apart(name: str) -> None:
    first, second = HELD_BACK[name]
    text = f"{F}RUN {first}\nRUN {second}\n"
    assert run(NAME, text).after == text.encode()


@pytest.mark.parametrize("name", HELD_BACK_FILES)
def test_what_crosses_in_a_file_keeps_runs_apart(name: str) -> None:
    text = HELD_BACK_FILES[name]
    assert run(NAME, text).after == text.encode()


REFUSED = {
    "no gain": (F + "RUN touch a\nRUN touch b\n", "only make the cache coarser"),
    "build only": (
        "FROM a AS b\nRUN apt-get update\nRUN apt-get install -y x\nFROM c\nCOPY --from=b /x /y\n",
        "no part of the result",
    ),
    "build only by index": (
        "FROM a\nRUN apt-get update\nRUN apt-get install -y x\nFROM c\nCOPY --from=0 /x /y\n",
        "no part of the result",
    ),
    "build only by mount": (
        "FROM a AS b\nRUN apt-get update\nRUN rm x\nFROM c\nRUN --mount=from=b,target=/b cp /b/x /x\n",
        "no part of the result",
    ),
    "pragma": (
        F + "RUN apt-get update\n# hadolint ignore=DL3008\nRUN apt-get install -y x\n",
        "a comment for a tool",
    ),
    "cd": (F + "RUN cd /tmp\nRUN rm x\n", "`cd` changes the shell"),
    "export": (F + "RUN export A=1\nRUN rm $A\n", "`export`"),
    "variable": (F + "RUN A=1\nRUN rm $A\n", "the variable A"),
    "comment": (F + "RUN rm a # note\nRUN rm b\n", "swallow"),
    "background": (F + "RUN sleep 1 &\nRUN rm b\n", "background"),
    "flags": (F + "RUN --network=none rm a\nRUN rm b\n", "different flags"),
    "exec form": (F + 'RUN ["rm", "a"]\nRUN rm b\n', "shell form"),
    "heredoc": (F + "RUN <<EOF\nrm a\nEOF\nRUN rm b\n", "heredoc"),
    "broken shell": (F + "RUN rm 'a\nRUN rm b\n", "does not parse"),
}


@pytest.mark.parametrize("name", REFUSED)
def test_refused(name: str) -> None:
    check_refused(NAME, *REFUSED[name])


FIXED = {
    "E8": (
        "FROM centos:8\nRUN yum -y isntall httpd\nRUN yum -y install php\n"
        "RUN yum -y install php-mbstring\nRUN yum -y install php-pear\nRUN rm -Rf /var/cache/yum\n",
        "FROM centos:8\nRUN yum -y isntall httpd \\\n  && yum -y install php \\\n"
        "  && yum -y install php-mbstring \\\n  && yum -y install php-pear \\\n"
        "  && rm -Rf /var/cache/yum\n",
    ),
    "update and install": (
        F + "RUN apt-get update\nRUN apt-get install -y x\n",
        F + "RUN apt-get update \\\n  && apt-get install -y x\n",
    ),
    "comments and empty lines between": (
        F + "RUN apt-get update\n\n# one\n   # two\n\nRUN apt-get install -y x\n",
        F + "RUN apt-get update \\\n# one\n   # two\n  && apt-get install -y x\n",
    ),
    "links that are not indented": (
        F + "RUN apt-get update \\\n&& apt-get install -y x\nRUN rm x\n",
        F + "RUN apt-get update \\\n&& apt-get install -y x \\\n&& rm x\n",
    ),
    "laid out as those joined, not as the rest of the file": (
        F + "RUN apt-get update && \\\n  apt-get install -y x\nRUN rm x\nENV A=1\n"
        "RUN a \\\n    && b \\\n    && c \\\n    && d\n",
        F + "RUN apt-get update && \\\n  apt-get install -y x && \\\n  rm x\nENV A=1\n"
        "RUN a \\\n    && b \\\n    && c \\\n    && d\n",
    ),
    "layout of each is kept": (
        F + "RUN apt-get  update &&  \\\n      true\nRUN rm \\\n # c\n\n   x\n",
        F + "RUN apt-get  update &&  \\\n      true && \\\n      rm \\\n # c\n\n   x\n",
    ),
    "leading operators and tabs": (
        F + "RUN rm a \\\n\t&& rm b\nRUN rm c\n",
        F + "RUN rm a \\\n\t&& rm b \\\n\t&& rm c\n",
    ),
    "aligned arguments are no habit": (
        F + "RUN apt-get install -y a \\\n" + " " * 20 + "b\nRUN rm c\n",
        F + "RUN apt-get install -y a \\\n" + " " * 20 + "b \\\n  && rm c\n",
    ),
    "no final newline": (F + "RUN rm a\nRUN rm b", F + "RUN rm a \\\n  && rm b"),
    "dangling continuation at the end": (
        F + "RUN rm a\nRUN rm b \\\n",
        F + "RUN rm a \\\n  && rm b \\\n",
    ),
    "carriage returns": (
        "FROM debian:12\r\nRUN rm a\r\n# c\r\nRUN rm b\r\n",
        "FROM debian:12\r\nRUN rm a \\\r\n# c\r\n  && rm b\r\n",
    ),
    "lower case": (
        "from debian:12\nrun rm a\nrun rm b\n",
        "from debian:12\nrun rm a \\\n  && rm b\n",
    ),
    "footer stays": (F + "RUN rm a\nRUN rm b\n\n# end\n", F + "RUN rm a \\\n  && rm b\n\n# end\n"),
    "shipped parent": (
        "FROM debian:12 AS a\nRUN rm a\nRUN rm b\nFROM a\n",
        "FROM debian:12 AS a\nRUN rm a \\\n  && rm b\nFROM a\n",
    ),
    "M10 second is an or-list": (
        F + "RUN rm a\nRUN rm b || true\n",
        F + "RUN rm a \\\n  && { rm b || true; }\n",
    ),
    "M10 second is a list": (
        F + "RUN rm a\nRUN rm b; rm c\n",
        F + "RUN rm a \\\n  && { rm b; rm c; }\n",
    ),
    "M11 first is an or-list": (
        F + "RUN rm a || true\nRUN rm b\n",
        F + "RUN { rm a || true; } \\\n  && rm b\n",
    ),
    "M13 semicolon": (F + "RUN rm a;\nRUN rm b;\n", F + "RUN rm a \\\n  && rm b\n"),
    "M27 same cache mount": (
        F + "RUN --mount=type=cache,target=/m rm a\nRUN --mount=type=cache,target=/m rm b\n",
        F + "RUN --mount=type=cache,target=/m rm a \\\n  && rm b\n",
    ),
    "backtick comment": (
        F + "RUN rm a `# it's`\nRUN rm b\n",
        F + "RUN rm a `# it's` \\\n  && rm b\n",
    ),
    "group in the middle": (
        F + "RUN cd /x\nRUN rm a\nRUN rm b\nRUN cd /y\nRUN rm c\n",
        F + "RUN cd /x\nRUN rm a \\\n  && rm b \\\n  && cd /y\nRUN rm c\n",
    ),
    "sub-shell": (
        F + "RUN (cd /x && rm a)\nRUN rm b\n",
        F + "RUN (cd /x && rm a) \\\n  && rm b\n",
    ),
}


@pytest.mark.parametrize("name", FIXED)
def test_fixed(name: str) -> None:
    check_fixed(NAME, *FIXED[name])


NOT_SAFE = {
    "or-list": F + "RUN rm a || true\nRUN rm b\n",
    "other command": F + "RUN rm a\nRUN make\n",
    "pipeline": F + "RUN curl x | tar x\nRUN rm b\n",
    "substitution": F + "RUN rm $(make x)\nRUN rm b\n",
    "prefix assignment": F + "RUN A=1 apt-get update\nRUN rm b\n",
}


@pytest.mark.parametrize("name", NOT_SAFE)
def test_only_plain_commands_are_joined_at_safe(name: str) -> None:
    result = run(NAME, NOT_SAFE[name], level=Level.SAFE)
    assert not result.changed
    assert [(each.status, each.reason) for each in result.findings] == [
        ("fixable", "needs --level standard")
    ]
    assert run(NAME, NOT_SAFE[name], level=Level.STANDARD).changed


def test_a_command_too_long_for_one_argument_is_refused() -> None:
    runs = "".join(f"RUN rm {'x' * 30_000}{n}\n" for n in range(5))
    result = run(NAME, F + runs)
    assert result.after == (F + runs).encode()
    assert "one argument" in (result.findings[0].reason or "")


def test_many_runs_are_joined_in_linear_time() -> None:
    result = run(NAME, F + "RUN rm a\n" * 1500)
    assert result.after.count(b"RUN") == 1


def test_at_safe_the_plain_ones_of_a_group_are_joined() -> None:
    before = (
        F + "RUN apt-get update\nRUN apt-get install -y git\nRUN git clone x\nRUN rm a\nRUN rm b\n"
    )
    check_fixed(
        NAME,
        before,
        F + "RUN apt-get update \\\n  && apt-get install -y git\nRUN git clone x\n"
        "RUN rm a \\\n  && rm b\n",
        level=Level.SAFE,
    )
    check_fixed(
        NAME,
        before,
        F + "RUN apt-get update \\\n  && apt-get install -y git \\\n  && git clone x \\\n"
        "  && rm a \\\n  && rm b\n",
        level=Level.STANDARD,
    )


@pytest.mark.parametrize(
    "comment",
    [
        "# as a separate layer, since it changes often",
        "# separate commands, to avoid time outs",
        "# To have the time stamps differ, do this\n# as a separate run command",
        "# Please do not aggregate the following line with others.",
        "# don't merge with the RUN above",
        "# These are all separate so that failures are easy to find",
        "# Purposely another layer, to break up the size",
        "# installed first, so that they are cached",
        "# so that a change does not invalidate the downloads",
    ],
)
def test_what_is_meant_to_be_a_step_of_its_own_stays_one(comment: str) -> None:
    text = F + f"RUN apt-get update\n{comment}\nRUN apt-get install -y x\n"
    check_refused(NAME, text, "a step of its own")
    first = F + f"{comment}\nRUN apt-get update\nRUN apt-get install -y x\n"
    check_refused(NAME, first, "a step of its own")


def test_lines_to_uncomment_stay_between_instructions() -> None:
    text = F + "RUN apt-get update\n# Uncomment for a proxy\n#ENV A=b\nRUN apt-get install -y x\n"
    check_refused(NAME, text, "lines to uncomment")
    above = F + "# uncomment for a proxy\n#ENV A=b\n"
    check_fixed(
        NAME,
        above + "RUN apt-get update\nRUN apt-get install -y x\n",
        above + "RUN apt-get update \\\n  && apt-get install -y x\n",
    )


@pytest.mark.parametrize(
    "comment",
    [
        "# a separate folder for each program",
        "# RUN apk add --no-cache x",
        "# clear the cache for a smaller layer",
        "# merge this with the RUN above",
    ],
)
def test_other_comments_do_not_keep_runs_apart(comment: str) -> None:
    text = F + f"RUN apt-get update\n{comment}\nRUN apt-get install -y x\n"
    after = F + f"RUN apt-get update \\\n{comment}\n  && apt-get install -y x\n"
    check_fixed(NAME, text, after)


def test_a_word_that_looks_like_a_loop_sets_no_variable() -> None:
    before = (
        "RUN apt-get update\nRUN echo a/b select yes | debconf-set-selections\nRUN mkdir $yes\n"
    )
    after = (
        "RUN apt-get update \\\n  && echo a/b select yes | debconf-set-selections \\\n"
        "  && mkdir $yes\n"
    )
    check_fixed(NAME, F + before, F + after)
