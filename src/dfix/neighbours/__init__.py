"""What belongs beside a Dockerfile: an ignore file, a workflow, Compose's health checks, a test.

`propose` computes new or completed files as text, with reasons; it writes nothing. An existing
file is only added to, and where something about it is not known it is left alone, with the reason.
"""

from collections.abc import Mapping

from dfix.fixer import Option
from dfix.neighbours.model import Handled, Note, Outcome, Wish

__all__ = ["NEIGHBOURS", "Handled", "Note", "Outcome", "Wish"]

#: The neighbours by name, each with its options: `--set dockerignore.add=.git`.
NEIGHBOURS: Mapping[str, Mapping[str, Option]] = {
    "dockerignore": {
        "add": Option(
            "", "further lines: .git, Dockerfile*, compose*.y*ml and node_modules, with commas"
        )
    },
    "lint-workflow": {
        "registry": Option("ghcr.io", "where images are pushed to", ("ghcr.io", "docker.io"))
    },
    "structure-test": {"write": Option("no", "write a skeleton of a test", ("no", "yes"))},
    "compose-health": {},
    "compose-service": {},
    "ci-pulls": {},
}
