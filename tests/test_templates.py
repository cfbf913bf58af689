import os
from pathlib import Path

import pytest

from dfix.templates import is_template
from dfix.text import decode

DOCKERFILES = {
    "empty": "",
    "plain": "FROM a\nENV A=${B:-c}\nLABEL x='{{'\n",
    "run": "FROM a\nRUN docker inspect -f '{{.Id}}' x\n",
    "run over lines": "FROM a\nRUN docker inspect \\\n  -f '{{.Id}}' x\n",
    "run over lines with a blank one and a comment": "FROM a\nRUN a \\\n\n# c\n  -f '{{.Id}}' x\n",
    "backtick escape": "# escape=`\nFROM a\nRUN docker inspect `\n -f '{{.Id}}'\n",
    "cmd": 'FROM a\nCMD ["x", "{{.A}}"]\n',
    "healthcheck": "FROM a\nHEALTHCHECK CMD docker inspect -f '{{.A}}'\n",
    "onbuild": "FROM a\nONBUILD RUN echo '{{.A}}'\n",
    "comment": "# {{ a }} <% b %> {% c %}\nFROM a\n",
    "copy heredoc": "FROM a\nCOPY <<EOF /x\n{{ a }}\nLABEL {{ b }}\nEOF\n",
    "two heredocs": "FROM a\nCOPY <<A <<-'B' /x/\n{{ a }}\nA\n{{ b }}\n\tB\nRUN c\n",
    "crlf": "FROM a\r\nRUN a \\\r\n  '{{.Id}}' x\r\n",
    "ruby in run": "FROM a\nRUN ruby -e 'puts \"#{x}\"'\n",
}
TEMPLATES = {
    "go from": "FROM {{ .Base }}\n",
    "jinja statement": "FROM a\n{% if x %}\nENV A=b\n{% endif %}\n",
    "jinja statement within a run": "FROM a\nRUN b \\\n{% for p in q %}\n  {{ p }} \\\n{% endfor %}\n  c\n",
    "go statement within a run": "FROM a\nRUN b \\\n{{ if alpine -}}\n  c\n",
    "erb": "FROM a:<%= version %>\n",
    "ruby": "FROM a:#{version}\n",
    "a line that only looks like a comment": "FROM a\n#{env}\n",
    "after a run": "FROM a\nRUN b\nENV A={{ c }}\n",
    "after a comment with a backslash": "FROM a\n# RUN \\\nENV A={{ c }}\n",
    "after a heredoc": "FROM a\nCOPY <<EOF /x\na\nEOF\nENV A={{ c }}\n",
    "after a shift": "FROM a\nRUN echo $((1<<a))\nENV A={{ c }}\n",
    "backslash is no escape": "# escape=`\nFROM a\nRUN b \\\nENV A={{ c }}\n",
    "not a dockerfile": "{{ template }}\n",
}


@pytest.mark.parametrize("text", DOCKERFILES.values(), ids=DOCKERFILES)
def test_is_a_dockerfile(text: str) -> None:
    assert not is_template(text)


@pytest.mark.parametrize("text", TEMPLATES.values(), ids=TEMPLATES)
def test_is_a_template(text: str) -> None:
    assert is_template(text)


@pytest.mark.corpus
@pytest.mark.skipif("DFIX_CORPUS" not in os.environ, reason="DFIX_CORPUS names no corpus")
def test_next_to_no_real_dockerfile_is_a_template() -> None:
    files = [
        path for path in Path(os.environ["DFIX_CORPUS"], "open").iterdir() if path.suffix != ".tsv"
    ]
    found = [path.name for path in files if is_template(decode(path.read_bytes()))]
    assert len(found) <= len(files) / 1000, found
