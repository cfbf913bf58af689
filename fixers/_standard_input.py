"""Whether a program reads what a pipe gives it, or the files that it is told to read in its place."""

import re
from collections.abc import Sequence

from dfix import regex
from dfix.facts.scripts import Word

#: Programs that read their standard input whatever their words are.
_ALWAYS = frozenset({"tee", "tr", "chpasswd", "envsubst"})
#: Programs that read the files that they are given, and their standard input where there are none:
#: the operands in front of the files, and the options with a value.
_FILTERS: dict[str, tuple[int, str]] = {
    "awk": (1, "fFv"), "base64": (0, "w"), "bunzip2": (0, ""), "bzip2": (0, ""), "cat": (0, ""),
    "column": (0, "cso"), "crontab": (0, "u"), "cut": (0, "bcdf"), "debconf-set-selections": (0, ""),
    "egrep": (1, "efABCmdD"), "fgrep": (1, "efABCmdD"), "fmt": (0, "wgpt"), "fold": (0, "w"),
    "gawk": (1, "fFv"), "grep": (1, "efABCmdD"), "gunzip": (0, "S"), "gzip": (0, "S"),
    "iconv": (0, "fto"), "jq": (1, "fL"), "mawk": (1, "fFv"), "nl": (0, "bdfhilnsvw"),
    "paste": (0, "d"), "patch": (1, "pdoriBDFVYzg"), "rev": (0, ""), "sed": (1, "efl"),
    "sort": (0, "ktoST"), "tac": (0, "s"), "tail": (0, "nc"), "uniq": (0, "fsw"),
    "unxz": (0, "FCTMS"), "unzstd": (0, "oD"), "wc": (0, ""), "xz": (0, "FCTMS"),
    "zgrep": (1, "efABCmdD"), "zstd": (0, "oD"),
}  # fmt: skip
#: Those whose first operand, a script or a pattern, is given by an option instead.
_GIVEN_BY = {
    "sed": "ef", "awk": "f", "gawk": "f", "mawk": "f", "jq": "f",
    "grep": "ef", "egrep": "ef", "fgrep": "ef", "zgrep": "ef",
}  # fmt: skip
_GIVEN_BY_LONG = frozenset({"--expression", "--regexp", "--file", "--from-file"})
_LONG_VALUES = dict.fromkeys(
    """--expression --regexp --file --from-file --lines --bytes --delimiter --fields
    --characters --width --wrap --key --field-separator --output --output-delimiter --from-code
    --to-code --strip --directory --input --indent --suffix --before-context --after-context
    --context --output-separator --separator --table-columns --assign""".split(),
    1,
) | dict.fromkeys(("--arg", "--argjson", "--slurpfile", "--rawfile"), 2)
_INPUT = frozenset({"-", "/dev/stdin", "/dev/fd/0", "/proc/self/fd/0"})
_CHECKSUMS = regex(r"(?:md5|sha[0-9]*|b2)sum")
_GPG_VALUES = frozenset(
    """-o --output --keyring --primary-keyring --homedir --passphrase --passphrase-fd --passphrase-file
    --pinentry-mode --status-fd --logger-fd --trust-model --import-options -u -r""".split()
)
_TAR_VALUES = "bCfFgHIKLNTVX"
_TAR_LONG = {
    "--extract": "x", "--get": "x", "--list": "t", "--create": "c", "--append": "r", "--update": "u",
}  # fmt: skip


def takes_input(name: str, words: Sequence[Word]) -> bool | None:
    """Whether a program reads its standard input; None where nothing tells."""
    if name in _ALWAYS:
        return True
    values = [word.value for word in words]
    if name == "xargs":
        return not any(re.match(r"-a|--arg-file", value or "") for value in values)
    if name == "tar":
        return _tar(values)
    if name == "apt-key":
        return bool(_INPUT & set(values)) or values[-1:] == ["add"]
    if name == "openssl":
        return _openssl(values)
    if name in {"gpg", "gpg2"}:
        files = [
            each
            for at, each in enumerate(values)
            if not re.match(r"-.", each or "") and not (at and values[at - 1] in _GPG_VALUES)
        ]
        return True if not files or _INPUT & set(files) else None
    found = _FILTERS.get(name, (0, "") if _CHECKSUMS.fullmatch(name) else None)
    return None if found is None else _filter(name, words, *found)


def _filter(name: str, words: Sequence[Word], leading: int, with_value: str) -> bool | None:
    """Whether there are no files among the words of a program of that kind."""
    operands: list[Word] = []
    given = False
    at = 0
    while at < len(words):
        text = words[at].text if words[at].value is None else words[at].value or ""
        at += 1
        if text == "--":
            operands += words[at:]
            break
        if text.startswith("--"):
            option, equals, _ = text.partition("=")
            if option in {"--args", "--jsonargs"}:
                return True
            if option in {"--recursive", "--input"} and name != "jq":
                return False
            given = given or option in _GIVEN_BY_LONG
            at += 0 if equals else _LONG_VALUES.get(option, 0)
        elif text.startswith("-") and text != "-":
            taking = next((i for i, sign in enumerate(text) if i and sign in with_value), None)
            letters = text[1:] if taking is None else text[1 : taking + 1]
            if (name == "patch" and "i" in letters) or (
                name.endswith("grep") and {"r", "R"} & set(letters)
            ):
                return False
            given = given or bool(set(_GIVEN_BY.get(name, "")) & set(letters))
            at += taking == len(text) - 1
        elif not (name == "tail" and re.fullmatch(r"\+[0-9]+[lc]?", text)):
            operands.append(words[at - 1])
    files = [word.value for word in operands[0 if given else leading :]]
    if name.endswith("awk"):
        files = [each for each in files if each is None or not re.match(r"\w+=", each)]
    if not files or _INPUT & set(files):
        return True
    return None if None in files else False


def _tar(values: Sequence[str | None]) -> bool | None:
    """Whether tar reads an archive, or a list of names, from its standard input."""
    letters: set[str] = set()
    given: dict[str, str | None] = {}
    at = 0
    while at < len(values):
        value = values[at]
        old = at == 0 and value is not None and not value.startswith("-")
        at += 1
        if value is None:
            continue
        if value.startswith("--"):
            option, equals, text = value.partition("=")
            letters.update(_TAR_LONG.get(option, ""))
            if option in {"--file", "--files-from"}:
                last = values[at] if not equals and at < len(values) else text
                given["f" if option == "--file" else "T"] = last
                at += not equals
        elif old or (value.startswith("-") and value != "-"):
            bundle = value if old else value[1:]
            for place, letter in enumerate(bundle):
                letters.add(letter)
                if letter not in _TAR_VALUES:
                    continue
                attached = "" if old else bundle[place + 1 :]
                given[letter] = attached or (values[at] if at < len(values) else None)
                at += not attached
                if not old:
                    break
    names = "T" in given and (given["T"] is None or given["T"] in _INPUT)
    if letters & set("crud"):
        return True if names else False if "T" not in given or given["T"] else None
    archive = given.get("f", "-")
    return True if names or archive in _INPUT else None if archive is None else False


def _openssl(values: Sequence[str | None]) -> bool | None:
    """Whether openssl has no file to read; the operands of a digest are files."""
    if "-in" in values:
        return False
    if values and values[0] in {"enc", "base64"}:
        return True
    return True if all((each or "").startswith("-") for each in values[1:]) else None
