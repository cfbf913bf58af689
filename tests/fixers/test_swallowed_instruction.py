"""swallowed-instruction: what it has nothing to say about first, then what it reports."""

import pytest

from tests.fixers.checks import check_noop, check_reported

NAME = "swallowed-instruction"
F = "FROM debian:12\n"

NOOP = {
    "apart": F + "RUN a\n\nRUN b\n",
    "chain": F + "RUN a && \\\n  b\n",
    "comment-line": F + "RUN a && \\\n# RUN b \\\n  c\n",
    "comment-line-that-continues": F + "RUN a \\\n  # why \\\n  && c\n",
    "comment-at-the-end": F + "RUN a \\\n  && b # why\n",
    "quoted": F + "RUN printf '%s' \"FROM a \\\nRUN b\" > D\n",
    "single-quoted": F + "RUN echo 'a \\\nRUN b'\n",
    "heredoc": F + "RUN cat <<EOF >D\nFROM a \\\nRUN b\nEOF\n",
    "heredoc-with-a-comment": F + "RUN <<EOF\na # \\\nb\nEOF\n",
    "heredoc-of-onbuild": F + "ONBUILD COPY <<EOF /a\n\nRUN b\nEOF\n",
    "longer-word": F + "RUN a \\\n  RUNNER=b \\\n  ENV_X c\n",
    "assignment": F + "RUN \\\n  ENV=a \\\n  b\n",
    "small-word": F + "RUN a && \\\n  env B=1 c && \\\n  add d\n",
    "second-word": F + "RUN a \\\n  b CMD\n",
    "healthcheck": F + "HEALTHCHECK --interval=5s \\\n  CMD true\n",
    "healthcheck-none": F + "HEALTHCHECK \\\n  NONE\n",
    "onbuild": F + "ONBUILD \\\n  RUN true\n",
    "label-in-quotes": F + 'LABEL usage="docker build \\\nRUN it"\n',
    "sign-in-a-word": F + "RUN curl http://a/#b \\\n  && c\n",
    "sign-in-quotes": F + "RUN echo '# a' \\\n  && c\n",
}


@pytest.mark.parametrize("case", NOOP)
def test_noop(case: str) -> None:
    check_noop(NAME, NOOP[case])


REPORTED = {
    "behind-an-empty-line": ("RUN a && \\\n\nENV X=1\n", 4, "end that with `RUN a`"),
    "without-an-operator": ("RUN a \\\nRUN b\n", 3, "end that with `RUN a`"),
    "behind-a-comment": ("RUN a && \\\n# x\nENV X=1\n", 4, "`ENV X=1` is part of the RUN"),
    "behind-an-escape-alone": ("RUN a && \\\n\\\n# x\nRUN b\n", 5, "end that with `RUN a`"),
    "indented": ("RUN a; \\\n  RUN b\n", 3, "take the word RUN out"),
    "second": ("RUN a && \\\n  b && \\\n  CMD c\n", 4, "end that with `b`"),
    "array": ('RUN a \\\n\nCMD ["b"]\n', 4, '`CMD ["b"]` is part of the RUN'),
    "of-copy": ("COPY a b \\\nRUN c\n", 3, "part of the COPY"),
    "of-cmd": ("CMD a \\\n\nEXPOSE 80\n", 4, "part of the CMD"),
    "of-a-legacy-env": ("ENV A b \\\nENV C d\n", 3, "part of the ENV"),
    "of-healthcheck": ("HEALTHCHECK CMD a \\\nCMD b\n", 3, "part of the HEALTHCHECK"),
    "comment": ("RUN a # why \\\n  && b\n", 2, "also `&& b`"),
    "comment-further-down": ("RUN a \\\n  && b \\\n  && c # d \\\n  && e\n", 4, "also `&& e`"),
    "comment-first": ("RUN # a; \\\n  b\n", 2, "also `b`"),
}


@pytest.mark.parametrize("case", REPORTED)
def test_reported(case: str) -> None:
    text, line, advice = REPORTED[case]
    check_reported(NAME, F + text, line, advice)


#: Files whose own instructions begin their lines in unusual ways, each with one line swallowed.
UNUSUAL = {
    "a-keyword-on-two-lines": (F + "RU\\\nN a \\\nENV b c\n", 4),
    "a-keyword-alone": (F + "RUN\\\n  a && \\\nENV b c\n", 4),
    "a-mark": ("\ufeff" + F + "RUN a && \\\nENV b c\n", 3),
    "a-wide-space-behind": (F + "RUN\va && \\\nENV b c\n", 3),
    "spaces-in-front": (" \v" + F + "\t\fRUN a && \\\nENV b c\n", 3),
    "small-letters": ("from debian:12\nrun a && \\\nenv b c\n", 3),
    "line-ends-of-dos": ("FROM debian:12\r\nRUN a && \\\r\nENV b c\r\n", 3),
    "nothing-behind": (F + "RUN a && \\\nENV", 3),
}


@pytest.mark.parametrize("case", UNUSUAL)
def test_reported_in_an_unusual_file(case: str) -> None:
    text, line = UNUSUAL[case]
    check_reported(NAME, text, line, "take the word")
