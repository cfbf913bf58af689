"""Names that say of a file that it is text or source code."""

import posixpath

from dfix import regex

#: Endings of text and source code: a literal name with one is a file and no archive, by convention.
_TEXT = frozenset(
    """bat bash c cc cfg cjs clj cmake cmd cnf conf config cpp cron crt cs css csv cxx dart env erl ex
    exs fish go gql graphql groovy h hbs hcl hpp hs htm html ini ipynb java jinja js json json5 jsonc
    jsx key kt kts ldif less lic list lock lua m map md mjs mod mustache nginx nix patch pem php pl pm
    pom properties proto ps1 pub py pyi r rb repo rs rst rules s sass sbt scala scm scss service sh
    sls sql sum svelte svg swift tcl tf toml ts tsv tsx txt vcl vim vue wsgi xml xsd xsl yaml yml
    zsh""".split()
)
_PATTERN = regex(r"[*?\[\]\\]")


def is_text_name(path: str) -> bool:
    """Whether a literal path is one of a text or of source code, by its ending."""
    name = posixpath.basename(path)
    literal = not _PATTERN.search(path) and not path.endswith("/")
    return literal and "." in name.lstrip(".") and name.rpartition(".")[2].lower() in _TEXT


def is_pattern(path: str) -> bool:
    """Whether a source of COPY may stand for several files."""
    return bool(_PATTERN.search(path))
