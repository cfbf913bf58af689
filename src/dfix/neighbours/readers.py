"""Which files of a build context speak of another one, which a build may then need."""

import os
import re
from collections.abc import Iterable
from pathlib import Path

from dfix.dockerignore import DockerIgnore
from dfix.patterns import regex
from dfix.regularfile import read_regular
from dfix.text import decode
from dfix.worktree import list_files

_FILES = 30_000
_SCRIPT_LIMIT = 256 * 1024
_BYTES = 200 * 1024 * 1024  # read at most to find out

#: Stands among the names for what asks git whether files were changed.
GIT_STATE = "git/state"

#: What speaks of a path: its name, and tools that read it without being told its name.
_TERMS = {
    "README.md": rb"README\.md|\b(?:docsify|vuepress|gitbook|honkit|jekyll)\b"
    rb"|go:embed[^\n]{0,400}[\s/]\*(?:\.md)?\s",
    # Tailwind looks for class names in what git does not ignore, and packers leave out what it does.
    ".gitignore": rb"git_?ignore|\.gitignore|useIgnoreFile|\bhatchling\b|\b(?:@?tailwindcss|maturin)\b|"
    rb"scikit[-_]build[-_]core|\bripgrep\b|\b(?:npm|yarn|pnpm) (?:pack|publish)\b",
    ".env.example": rb"\.env\.example|\bdotenv-(?:safe|webpack)\b",
    ".git": rb"(?<![\w./-])\.git(?![\w-])|/\.git(?![\w-])|\bgit\s+(?:describe|rev-parse|rev-list|log|"
    rb"ls-files|status|submodule|show|diff|clean|config)\b|[\"']git[\"']\s*,|setuptools[-_]scm|"
    rb"use_scm_version|hatch-vcs|versioneer|\bpbr\b|dunamai|dynamic-versioning|gitversion|"
    rb"git-commit-id|jgitver|axion-release|grgit|MinVer|Nerdbank|vergen|\bgit2\b|simple-git|"
    rb"isomorphic-git|SourceLink|git-rev|go build|go install|buildvcs",
    GIT_STATE: rb"\bgit\s+(?:-C\s+\S+\s+)?(?:describe|status|diff)\b|--dirty\b|setuptools[-_]scm|"
    rb"use_scm_version|hatch-vcs|versioneer|versioningit|dunamai|dynamic-versioning|git-commit-id|"
    rb"jgitver|axion-release|grgit|Nerdbank|vergen|goreleaser|go build|go install|buildvcs|"
    rb"cargo (?:publish|package)|npm version",
}
#: Of what a build definition says about a readme, the file's name may be computed.
_DEFINITION = regex(
    r"(?:pyproject\.toml|setup\.(?:py|cfg)|Cargo\.toml|mix\.exs|build\.sbt|.+\.(?:gemspec|cabal))",
    re.IGNORECASE,
)
_READS_README = regex(rb"readme", re.IGNORECASE)
#: Files for people, for editors and for what runs outside of the image.
_SILENT = regex(
    r"""(?:.+/)?(?: [^/]+\.(?:md|markdown|mdx|rst|adoc|lock|sum|svg|png|jpe?g|gif|ico|woff2?|pdf)
    | (?:LICEN[CS]E|CHANGELOG|AUTHORS|NOTICE|CODEOWNERS)[^/]* | package-lock\.json
    | npm-shrinkwrap\.json | pnpm-lock\.yaml | \.git[^/]* | \.editorconfig | [^/]*\.dockerignore
    | \.(?:npm|prettier|eslint|helm)ignore | \.pre-commit-config\.ya?ml | \.travis\.yml
    | \.gitlab-ci\.yml | dfix\.toml | renovate\.json5? | (?:docker-)?compose[^/]*\.ya?ml
    | (?:.*\.)?dockerfile(?:[._-][^/]*)? | containerfile ) | \.(?:github|gitlab|circleci|vscode|idea)/.+""",
    re.IGNORECASE | re.VERBOSE,
)
#: What says which lines are wished for reads nothing.
_OUR_TABLES = regex(rb"^\[tool\.dfix[^\]\n]*\]\n(?:(?!\[).*\n?)*", re.MULTILINE)
#: Files for people, of which programs make pages, and how one of them takes in another.
_PAGE = regex(r"(?:.+/)?[^/]+\.(?:md|markdown|mdx|rst|adoc)", re.IGNORECASE)
_TAKES_IN = regex(
    rb"""include(?:-markdown)?(?:::?|\}|[ \t]+["'(<])|\#include\b|[%!][-+]?[ \t]*include\b|\{!|<<<
    |\Aimport\b[^\n]*\bfrom\b""",
    re.VERBOSE,
)
_SNIPPET = regex(rb"--8<--[^;]{0,200}?README\.md")
#: What lists the chapters of a book, each of them a link.
_CONTENTS = "SUMMARY.md"
#: Files of shell commands, words of them that may be patterns, and what those mean.
_SCRIPT = regex(
    r"(?:.+/)?(?:[^/]+\.(?:sh|bash|zsh|ksh|mk)|(?:gnu)?makefile|justfile|[^./]+)", re.IGNORECASE
)
_PATTERN = regex(r"""(?<![^\s"'();|&<>=`:])[^\s"'();|&<>=`:]*[*?\[{][^\s"'();|&<>`:]*""")
_MOST_STARS = 6
_MEANINGS = (
    (r"\*", "[^/]*"), (r"\?", "[^/]"), (r"\[!", "[^"), (r"\[", "["), (r"\]", "]"), (r"\-", "-"),
    (r"\{", "(?:"), (r"\}", ")"), (",", "|"),
)  # fmt: skip
_COMMENT = regex(rb"\s*(?:\#+|//+!?|\*|/\*\*?|<!--|;+|--)\s")


def mentions(text: str, name: str) -> bool:
    """Whether a Dockerfile's text speaks of `name` beside comments, or has a pattern that fits it."""
    return _speaks(text.encode("utf-8", "surrogateescape"), re.compile(_TERMS[name])) or _fits(
        text, name
    )


def _takes_in(data: bytes, *, is_contents: bool) -> bool:
    """Whether a page takes README.md in, or is the list of chapters of a book that has it."""
    for line in data.split(b"\n"):
        *heads, _ = line.split(b"README.md")
        # All in front of the last one, and each of them by itself: no expression goes over both.
        if heads and _TAKES_IN.search(b" ".join(heads)):
            return True
        if is_contents and any(
            b"](" in each and b")" not in each[each.rfind(b"](") :] for each in heads
        ):
            return True
    return _SNIPPET.search(data) is not None


def _fits(text: str, name: str) -> bool:
    """Whether a word of a shell text is a pattern for `name`: `rm *.md` fails where there is none.

    A `*` alone is not, since something else will be there.
    """
    for line in text.split("\n"):
        if line.lstrip().startswith("#"):
            continue
        for word in _PATTERN.findall(line):
            last = word.rstrip("/").rpartition("/")[2]
            if not last.strip("*") or not set(last) & set("*?[{"):
                continue
            if last.count("*") + last.count("{") > _MOST_STARS:
                return True  # Who knows; and to find out may take for ever.
            pattern = re.escape(last)
            for written, meant in _MEANINGS:
                pattern = pattern.replace(written, meant)
            try:
                if re.fullmatch(pattern, name):
                    return True
            except re.error:
                continue  # A test, or a variable in braces.
    return False


def readers(context: Path, names: Iterable[str], ignored: DockerIgnore) -> dict[str, str] | None:
    """For each of `names` that some file of the context speaks of, that file; None for too much.

    Files for people do not count unless they take it in, nor comments, nor what the builder does not
    get to see. A link to it counts.
    """
    terms = {name: re.compile(_TERMS[name]) for name in names if name in _TERMS}
    found: dict[str, str] = {}
    listed = list_files(context).files
    if len(listed) > _FILES:
        return None
    left = _BYTES
    for file in listed:
        if len(found) == len(terms):
            break
        if ignored.ignores(file):
            continue
        if (context / file).is_symlink():
            real = os.path.realpath(context / file)
            for name in terms:
                if name != file and real == os.path.realpath(context / name):
                    found.setdefault(name, file)
            continue  # What else it leads to within the context is listed itself.
        is_page = "README.md" in terms and file != "README.md" and _PAGE.fullmatch(file)
        if _SILENT.fullmatch(file) and not is_page:
            continue
        data = _content(context, file, left)
        if data is None:
            return None
        left -= len(data)
        base = file.rpartition("/")[2]
        if _SILENT.fullmatch(file):
            if _takes_in(data, is_contents=base == _CONTENTS):
                found.setdefault("README.md", file)
            continue
        text = decode(data) if _SCRIPT.fullmatch(file) and len(data) <= _SCRIPT_LIMIT else ""
        for name, term in terms.items():
            about = name == "README.md" and _DEFINITION.fullmatch(base)
            if name not in found and (
                _speaks(data, term)
                or (about and _READS_README.search(data))
                or (text and _fits(text, name))
            ):
                found[name] = file
    return found


def _content(context: Path, file: str, limit: int) -> bytes | None:
    """What a file holds, nothing for one that is no file of the context; None for too much."""
    path = context / file
    if os.path.realpath(path) != str(path):
        return b""  # A link: what it leads to within the context is listed itself.
    try:
        if path.stat().st_size > limit:
            return None
        data = read_regular(path, limit=limit, follow=False)
        return _OUR_TABLES.sub(b"", data) if path.name == "pyproject.toml" else data
    except OSError:
        return b""


def _speaks(data: bytes, term: re.Pattern[bytes]) -> bool:
    for match in term.finditer(data):
        start = data.rfind(b"\n", 0, match.start()) + 1
        if not _COMMENT.match(data, start, match.start() + 1):
            return True
    return False
