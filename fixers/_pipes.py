"""What the parts of a pipeline do when they fail, and whether they read all that they are given."""

import re
from collections.abc import Collection, Sequence

from dfix import Level, Span, regex
from dfix.facts.commands import base_name, statements
from dfix.facts.scripts import Command, Redirect, ShellScript, Statement, Word

from ._standard_input import takes_input

#: Programs that fail only where what they were asked for went wrong.
_HONEST = frozenset(
    """curl wget echo printf cat tar gpg gpg2 sed awk gawk mawk tr cut sort uniq tac rev base64 tee nl
    paste fold fmt column wc seq uname date hostname id whoami nproc pwd basename dirname lsb_release
    apt-key openssl sha1sum sha256sum sha512sum md5sum envsubst arch""".split()
)
#: Programs whose failure is an answer, and no fault.
_ANSWERING = frozenset(
    """grep egrep fgrep zgrep rgrep pgrep pidof pkill killall diff cmp which type command hash expr
    test [ [[ ldd false timeout crontab dpkg dpkg-query apk zypper""".split()
)
#: Words that make the failure of any program an answer.
_ASKING = frozenset("--help -help -h --version check-update outdated audit".split())
#: Those whose failure is a fault even where nobody is to hear of it.
_LOADING = frozenset("curl wget echo printf openssl".split())
#: Programs that write for as long as somebody reads.
_ENDLESS = frozenset({"yes"})
#: Programs that read to the end of their input. GNU tar and that of BusyBox read on behind the
#: archive: https://git.savannah.gnu.org/cgit/tar.git/tree/src/system.c
_READING_ALL = frozenset(
    """cat tee tar tr cut sort uniq wc tac rev base64 nl paste fold fmt column gunzip gzip bunzip2
    bzip2 xz unxz zstd unzstd apt-key gpg gpg2 debconf-set-selections chpasswd xargs crontab jq patch
    envsubst iconv""".split()
)
#: Programs that read all of a script before they run it, where it comes from a pipe.
_READING_SCRIPTS = regex(r"(?:python|pypy)[0-9.]*|php[0-9.]*")
#: What of openssl reads to the end, and what has enough with one certificate or key.
_WHOLE = frozenset("base64 dgst enc md5 sha1 sha256 sha384 sha512".split())
_ONE_OBJECT = frozenset("x509 crl dsa ec pkcs7 pkcs8 pkey req rsa".split())
_CHECKSUMS = regex(r"(?:md5|sha[0-9]*)sum")
#: Programs that stop reading before the end, or read nothing.
_STOPPING = frozenset(
    """head true : false less more read cmp exit cd echo printf ls rm mkdir cp mv touch chmod chown ln
    date sleep""".split()
)
_GREP = frozenset("grep egrep fgrep zgrep".split())
_SED_QUITS = regex(r"(?:^|[;{}\s0-9$/,'\"!])[qQ]\s*[0-9]*\s*(?:$|[;}\n'\"])")
_WITH_OPTIONS = frozenset({"-f", "--file"})
_AWK = frozenset({"awk", "gawk", "mawk"})
#: What makes awk end early, or read nothing at all.
_AWK_STOPS = regex(r"\bexit\b|\A['\"]?\s*BEGIN\s*\{[^{}]*\}\s*['\"]?\Z")
_JQ_STOPS = regex(r"\bhalt(?:_error)?\b")
_VARIABLE = regex(r"\"?\$(?:\w+|\{[^{}]*\})\"?")


def verdict(script: ShellScript) -> "Level | str":
    """The level at which the pipelines of a script can be made to fail with any of their parts.

    A text says why they cannot: a part stops before the end, or fails as an answer.
    """
    deciding = [
        each.span
        for statement in statements(script.statements)
        for each in (
            *statement.condition,
            *(statement.children if statement.kind == "negated" else ()),
        )
    ]
    everywhere = any(base_name(c) == "exec" and _is_discarded(c.redirects) for c in script.commands)
    silent = [
        each.span
        for each in statements(script.statements)
        if each.command is None and _is_discarded(each.redirects)
    ]
    levels = [Level.STANDARD]
    for pipeline in script.pipelines:
        discarded = everywhere or any(_is_within(pipeline, span) for span in silent)
        answer = _pipeline(pipeline, discarded=discarded)
        if isinstance(answer, str):
            return answer
        decides = any(_is_within(pipeline, span) for span in deciding)
        if decides and not all(map(_never_fails, pipeline.children[:-1])):
            return "a condition hangs on the pipe: it might be answered otherwise"
        levels.append(answer)
    return max(levels)


def _is_within(statement: Statement, span: Span) -> bool:
    return span.start <= statement.span.start and statement.span.end <= span.end


def _never_fails(part: Statement) -> bool:
    return part.command is not None and base_name(part.command) in {"echo", "printf"}


def _pipeline(pipeline: Statement, *, discarded: bool) -> "Level | str":
    """What one pipeline is worth; `discarded` tells that what it prints goes to nowhere."""
    levels = [Level.STANDARD]
    last = len(pipeline.children) - 1
    for at, part in enumerate(pipeline.children):
        if at < last:
            answer = _writing(part)
            if isinstance(answer, str):
                return answer
            levels.append(answer)
        if at:
            answer = _reading(part, discarded=discarded and at == last)
            if isinstance(answer, str):
                return answer
            levels.append(answer)
    return max(levels)


def _writing(part: Statement) -> "Level | str":
    """What the failure of a part that writes to a pipe is worth."""
    if part.command is None:
        inside = [each.command for each in statements(part.children) if each.command is not None]
        if {base_name(each) for each in inside} & (_ENDLESS | _ANSWERING):
            return "a part of the pipe may fail without a fault"
        return Level.AGGRESSIVE
    name, words = _called(part.command)
    values = {word.value or "" for word in words}
    if name == "xargs" and words:
        name = next((each.value for each in words if each.value in _HONEST), "xargs")
    if name == "dpkg" and "--print-architecture" in values:
        return Level.STANDARD
    if name in _ENDLESS:
        return f"`{name}` writes until nobody reads: it always fails then"
    if (
        name in _ANSWERING | {"xargs"}
        or values & _ASKING
        or (name == "rpm" and "-qa" not in values)
    ):
        return f"`{name}` may fail without a fault, and the pipe would fail with it"
    if _CHECKSUMS.fullmatch(name or "") and _checks(values):
        return (
            f"`{name}` fails where a file of its list is missing, which another part may pass over"
        )
    if name in _AWK and any(re.search(r"\bexit\b", word.text) for word in words):
        return f"`{name}` may end with a status that is an answer, and the pipe would fail with it"
    if name == "openssl" and "s_client" in values:
        return Level.AGGRESSIVE  # How the other side ends the connection is no fault.
    if name == "find" and "/" in values:
        return "`find` fails where a process of /proc ends meanwhile"
    if name not in _LOADING and any(
        each.fd == "2" and each.target is not None and each.target.value == "/dev/null"
        for each in part.redirects or part.command.redirects
    ):
        return Level.AGGRESSIVE  # Complaints are expected.
    return Level.STANDARD if name in _HONEST else Level.AGGRESSIVE


def _checks(options: Collection[str]) -> bool:
    """Whether a program of checksums compares, and minds what is missing."""
    return "--ignore-missing" not in options and any(
        re.match(r"-[a-z]*c|--check", each) for each in options
    )


def _reading(part: Statement, *, discarded: bool) -> "Level | str":
    """Whether a part reads all that the pipe gives."""
    early = "stops reading before the end: what writes would fail then"
    redirects = part.redirects or (part.command.redirects if part.command else ())
    if any(each.operator.startswith("<") and each.fd in {"", "0"} for each in redirects):
        return "a part of the pipe reads from elsewhere"
    if part.command is None:
        inside = [each.command for each in statements(part.children) if each.command is not None]
        if {base_name(each) for each in inside} & ((_STOPPING - {"read"}) | {"break"}):
            return f"what reads the pipe {early}"
        return Level.AGGRESSIVE
    name, words = _called(part.command)
    values = [word.value for word in words]
    if name in _STOPPING or name == "":
        return f"`{name or 'an assignment'}` {early}"
    takes = takes_input(name or "", words)
    if takes is False:
        return f"`{name}` reads files, and not the pipe: what writes may fail then"
    level = _of_reader(name, words, values, discarded=discarded or _is_discarded(redirects))
    if isinstance(level, str):
        return f"`{level}` {early}"
    is_script = name is not None and _READING_SCRIPTS.fullmatch(name)
    return level if takes or is_script else Level.AGGRESSIVE


def _of_reader(
    name: str | None, words: Sequence[Word], values: Sequence[str | None], *, discarded: bool
) -> "Level | str":
    """The level at which a program reads to the end; what it is called where it does not."""
    if name in _GREP:
        options = [value or "" for value in values]
        short = "".join(each[1:] for each in options if re.match(r"-[A-Za-z]", each))
        quiet = {"--quiet", "--silent", "--files-with-matches", "--files-without-match"}
        if (
            set(short) & set("qmlL")
            or quiet & set(options)
            or any(each.startswith("--max-count") for each in options)
            or discarded
        ):
            return str(name)
        return Level.STANDARD
    if name == "sed":
        if any(_SED_QUITS.search(word.value or word.text) for word in words):
            return name
        return _unless_hidden(words)
    if name in _AWK:
        if any(_AWK_STOPS.search(word.text) for word in words):
            return str(name)
        return _unless_hidden(words)
    if name is not None and _READING_SCRIPTS.fullmatch(name):
        return Level.STANDARD if values[:1] in ([], ["-"], ["--"]) else Level.AGGRESSIVE
    if name == "openssl":
        first = values[0] if values else None
        if first in _ONE_OBJECT:
            return f"openssl {first}"
        return Level.STANDARD if first in _WHOLE else Level.AGGRESSIVE
    if name == "jq" and (
        {"-n", "--null-input"} & set(values) or any(_JQ_STOPS.search(w.text) for w in words)
    ):
        return name
    if name == "tail" and "-f" not in values:
        return Level.STANDARD
    if name == "tar" and any(
        word.text.startswith(("--occurrence", "-q", "--fast-read")) for word in words
    ):
        return Level.AGGRESSIVE
    if name in _READING_ALL or (name is not None and _CHECKSUMS.fullmatch(name)):
        return Level.STANDARD
    return Level.AGGRESSIVE


def _unless_hidden(words: Sequence[Word]) -> Level:
    """A program that is read from a file, or is all in a variable, may do anything."""
    hidden = any(
        word.value in _WITH_OPTIONS or (word.value is None and _VARIABLE.fullmatch(word.text))
        for word in words
    )
    return Level.AGGRESSIVE if hidden else Level.STANDARD


def _is_discarded(redirects: Sequence[Redirect]) -> bool:
    """Whether the output goes to nowhere: `grep` then stops at the first match."""
    return any(
        (each.fd in {"", "1"} or each.operator.startswith("&"))
        and each.target is not None
        and each.target.value == "/dev/null"
        for each in redirects
    )


def _called(command: Command) -> tuple[str | None, Sequence[Word]]:
    """The name of a command and its arguments, behind `sudo` and `env`."""
    name, words = base_name(command), list(command.arguments)
    while name in {"sudo", "env"}:
        while words and (words[0].value is None or re.match(r"-|\w+=", words[0].value)):
            if words[0].value is None or words[0].value.startswith("-"):
                return None, words
            words = words[1:]
        if not words:
            return None, words
        first, *words = words
        name = first.value.rpartition("/")[2] if first.value is not None else None
    return name, words
