"""Which packages of an install command a version can be written behind, and why not."""

import posixpath
import re
from collections.abc import Iterator

from msgspec import Struct

from dfix import Add as Addition
from dfix import Copy, ExecForm, Facts, Run, regex
from dfix.facts.commands import name_of
from dfix.facts.package_versions import is_name
from dfix.facts.packages import Call, call_of
from dfix.facts.scripts import Command, ShellScript, Word, commands_of

from ._local_scripts import script_of
from ._packages import Placed, earlier_text, is_lost, placed
from ._releases import Platform, python_of

#: Options that let something else than the release's newest version be installed, or none at all.
_APT_OPTIONS = frozenset(
    """-t --default-release --target-release -a --host-architecture -c --config-file -P
    --build-profiles --with-source --only-upgrade --no-upgrade --solver""".split()
)
_APT_SETTING = regex(
    r"(?i:acquire::(?:retries|https?|ftp|check|queue)|dpkg::|apt::install-|debug::)"
)
#: The options of pip that leave open neither where packages come from nor which versions count.
_PIP_OPTIONS = frozenset(
    """-q -v -U -I -t -y --quiet --verbose --upgrade --no-cache-dir --user --no-input --no-color
    --disable-pip-version-check --root-user-action --break-system-packages --progress-bar
    --no-compile --compile --no-warn-script-location --no-warn-conflicts --timeout
    --default-timeout --retries --force-reinstall --ignore-installed --no-deps --no-dependencies
    --cache-dir --exists-action --target --prefix --root --no-python-version-warning --log
    --upgrade-strategy --require-virtualenv --isolated --yes""".split()
)
_NPM_OPTIONS = frozenset(
    """--registry --tag --before --userconfig --arch --cpu --os --libc -w --workspace --workspaces
    --offline --prefer-offline --package-lock-only --include-workspace-root""".split()
)
#: What changes where apt installs from, or may: sources, keys, pins, other settings, packages from
#: files, scripts from the net.
_SOURCES = regex(
    r"add-apt-repository|apt-add-repository|sources\.list|\.sources\b|apt-key|extrepo|netselect-apt"
    r"|/etc/apt(?![\w-]|/apt\.conf\.d)|/usr/share/keyrings|dpkg\s+--add-architecture|default-release"
    r"|(?<!\*)\.deb\b|\bdpkg\s(?:[^\n;&|]*\s)?-(?:i|-install|-unpack)\b|\bapt(?:-get)?\s[^\n;&|]*\.deb\b"
    r"|\b(?:curl|wget)\b[^\n]*\|[^\n|]*\b(?:ba|da)?sh\b|\b(?:ba)?sh\s+-c\s+[\"']\$\("
    r"|\bbash\s+<\(|\bapt-mark\s+hold\b|\b(?:pro|ua)\s+(?:attach|enable)\b|do-release-upgrade"
    r"|\bAPT_CONFIG\b|\bDir::|\b(?:cp|mv|rsync)\s[^\n;&|]*\s(?:/|/etc/?)(?=\s*(?:$|[\n;&|]))",
    re.IGNORECASE,
)
_CONTINUED = regex(r"[\\`][ \t]*\r?\n(?:[ \t]*(?:#[^\n]*)?\r?\n)*")
_MACHINE = regex(
    r"\buname\b|print-architecture|\barch\b|TARGET(?:ARCH|PLATFORM|VARIANT)|\baarch64\b|\barm(?:64|hf|v\d)"
)
_GLOBBING = regex(r"\b(?:fail|null)glob\b")
#: Folders of which files may tell pip or npm of other indices, or bring packages and another Python.
_PIP_FOLDERS = regex(
    r"/|/etc|/(?:root|home/[^/]+)(?:/\.(?:pip|config)(?:/.*)?)?|/usr(?:/local(?:/(?:lib|bin)(?:/.*)?)?)?"
)
_NPM_FOLDERS = regex(r"/|/root|/home/[^/]+|/usr/local(?:/etc(?:/.*)?)?")
_APT_FOLDERS = regex(r"/|/etc(?:/apt(?:/.*)?)?")
#: Settings of pip but those of its output, its cache and where it puts packages.
_PIP_SETTING = regex(
    r"\bPIP_(?!(?:NO_CACHE_DIR|CACHE_DIR|DISABLE_PIP_VERSION_CHECK|DEFAULT_TIMEOUT|TIMEOUT|RETRIES"
    r"|ROOT_USER_ACTION|BREAK_SYSTEM_PACKAGES|NO_INPUT|PROGRESS_BAR|NO_COLOR|QUIET|VERBOSE|USER|TARGET"
    r"|PREFIX|SRC|COMPILE|NO_COMPILE|NO_WARN_SCRIPT_LOCATION|NO_PYTHON_VERSION_WARNING|VERSION|LOG"
    r"|REQUIRE_VIRTUALENV|PACKAGES)\b)[A-Z_]+|\bpip\.(?:conf|ini)\b|\bpip[0-9.]*\s+config\b"
)
_OTHER_PYTHON = regex(
    r"\b(?:conda|mamba|micromamba|pyenv|deadsnakes|pypy3?)\b|\bpython\.org/ftp\b|\bPython-[0-9]"
)
_NAMED_PYTHON = regex(r"\bpython(2(?:\.[0-9]+)?|3\.[0-9]+)\b")
_OTHER_INSTALLERS = regex(
    r"\b(?:poetry|pipenv|easy_install|uv|pipx|pdm)\b|\bpython3-(?!pip\b|venv\b|dev\b|minimal\b"
    r"|setuptools\b|wheel\b|full\b|distutils\b)"
)
_NPM_SETTING = regex(
    r"\.npmrc\b|\bregistry\b|\bnpm_config_(?!(?:loglevel|cache|prefix|update_notifier|fund|audit|progress"
    r"|color|unsafe_perm|production|legacy_peer_deps|yes|spin|ignore_scripts)\b)\w+",
    re.IGNORECASE,
)
_PIP_PROGRAM = regex(r"(?:pip|python)(?:3(?:\.([0-9]+))?)?")
_TOOLS = {
    "pip": frozenset({"pip", "setuptools", "wheel"}),
    "npm": frozenset({"npm"}),
    "apt": frozenset(),
}
#: Words that hold a version, a range or a file already, by ecosystem.
_SETTLED = {
    "apt": re.compile(r"[^=/$`]+=[^$`]+"),
    "pip": re.compile(r"[^=<>~!@/;$`]+(?:===?|~=|!=|<=?|>=?)[^;@/$`]+"),
    "npm": re.compile(r"@?[^@$`:#]+@[~^<>=v]*[0-9][^$`:#]*"),
}
_NPM_TAG = regex(r"@?[^@]+@[A-Za-z].*")
_PIP_NAME = regex(r"([A-Za-z0-9](?:[A-Za-z0-9._-]*[A-Za-z0-9])?)((?:\[[A-Za-z0-9._,-]+\])?)")
_PIP_EXACT = regex(rf"{_PIP_NAME.pattern}(==[0-9][0-9a-z.]*)?")
_PLAIN_WORD = regex(r"([\"']?)([A-Za-z0-9@][A-Za-z0-9@/+._-]*(?:\[[A-Za-z0-9._,-]+\])?)\1")


class Named(Struct, frozen=True):
    """A word that names a package; `name` is how it is asked for.

    The version goes behind `spelled`, within `quote`.
    """

    name: str
    spelled: str
    quote: str

    def written(self, ecosystem: str, version: str) -> str:
        """The word with a version."""
        joint = {"apt": "=", "pip": "==", "npm": "@"}[ecosystem]
        return f"{self.quote}{self.spelled}{joint}{version}{self.quote}"


def open_words(call: Call) -> list[Word]:
    """The operands of a call that hold no version yet."""
    settled = _SETTLED[call.tool.family]
    return [
        word
        for word in call.operands
        if not settled.fullmatch((word.value or word.text).strip("'\""))
    ]


def named(call: Call, word: Word) -> Named | str:
    """The package that a word names, or why it is no plain name."""
    kind = call.tool.family
    shown = word.text if word.value is None else word.value
    found = _PLAIN_WORD.fullmatch(word.text)
    if found is None or (word.value is None and not _PIP_NAME.fullmatch(found[2])):
        return "a variable, a pattern, or not a plain name"
    quote, spelled = found[1], found[2]
    name = spelled
    if kind == "pip":
        plain = _PIP_NAME.fullmatch(spelled)
        name = "" if plain is None else re.sub(r"[-_.]+", "-", plain[1]).lower()
    if kind == "npm" and _NPM_TAG.fullmatch(shown):
        return "it names a tag, which may be another version each day"
    if name in _TOOLS[kind]:
        return "who renews the tool itself wants the newest one"
    if not is_name(kind, name):
        return "not the plain name of a package"
    return Named(name, spelled, quote)


def versioned(call: Call) -> frozenset[str]:
    """The names of the packages that a call has with a version."""
    chosen = set(call.operands) - set(open_words(call))
    texts = ((word.value or word.text).strip("'\"").lower() for word in chosen)
    return frozenset(re.split(r"(?<=.)[=<>~!\[@]", text)[0] for text in texts)


def together(call: Call) -> str | None:
    """All packages of a call of pip that has several; None where one of them is not certain.

    Those of pip's own kind do not count: pip may choose whichever version of them.
    """
    if len(call.operands) < 2:
        return ""
    found: dict[str, str] = {}
    for word in call.operands:
        text = (word.value or word.text).strip("'\"").lower()
        if re.split(r"[=<>~!\[]", text)[0] in _TOOLS["pip"]:
            continue
        match = _PIP_EXACT.fullmatch(text)
        if match is None:
            return None
        name = re.sub(r"[-_.]+", "-", match[1])
        if name in found:
            return None
        found[name] = name + re.sub(r"[-_.]+", "-", match[2]) + (match[3] or "")
    return " ".join(found[name] for name in sorted(found)) if len(found) > 1 else ""


def objection(facts: Facts, run: Run, script: ShellScript, each: Placed) -> str:
    """Why the packages of a call keep the versions they get; empty where they need not."""
    call = each.call
    if call.problem:
        return call.problem
    if call.may_have_more_options:
        return "a word may turn into options, or into several packages"
    if each.caught or is_lost(facts, run, script, each):
        return "its failure is passed over, and so would be that of a version which is gone"
    text = _text(facts, run)
    if _GLOBBING.search(text):
        return "the shell takes a pattern that no file fits for something else"
    if (
        call.tool.family == "apt"
        and _is_conditional(script, each)
        and _MACHINE.search(script.cooked)
    ):
        return "whether it is installed depends on the machine, as its version may do"
    match call.tool.family:
        case "apt":
            return _of_apt(facts, run, script, call, text)
        case "pip":
            return _of_pip(facts, run, script, call, text)
        case _:
            return _of_npm(facts, run, call, text)


def objection_to_platform(facts: Facts, run: Run, call: Call, place: Platform) -> str:
    """Why a call is not one for the platform that its image has; empty where it is."""
    if call.tool.family != "pip":
        return ""
    own = python_of(place)
    for word in (call.program, *call.wrapper[-2:-1]):
        found = _PIP_PROGRAM.fullmatch(word.value or "")
        if word.value in {"sudo", "env", "-H", "-E"}:
            continue
        if found is None:
            return f"which Python {word.text} belongs to is not known"
        if found[1] is not None and f"3.{found[1]}" != own:
            return f"{word.text} is not the Python {own} of the image"
    text = _text(facts, run)
    if other := _OTHER_PYTHON.search(text):
        return f"`{other[0]}` brings a Python of its own"
    if any(each[1] != own for each in _NAMED_PYTHON.finditer(text)):
        return "there is another Python than that of the image"
    return ""


def _given(call: Call, names: frozenset[str]) -> str | None:
    return next((each.name for each in call.options if each.name in names), None)


def _of_apt(facts: Facts, run: Run, script: ShellScript, call: Call, text: str) -> str:
    if option := _given(call, _APT_OPTIONS):
        return f"the option {option} may choose another version"
    if any(not _APT_SETTING.match(each or "") for each in call.values_of("-o", "--option")):
        return "the option -o may choose another version"
    if found := _SOURCES.search(text):
        return (
            f"the sources of packages may be others than those of the image (`{_short(found[0])}`)"
        )
    if any(_lies_in(facts, each, _APT_FOLDERS) for each in _transfers(facts, run)):
        return "what is copied may change the sources of packages"
    if (earlier := _script_before(facts, run, script, call)) is not None:
        return f"the sources of packages may be changed by a script (`{_short(earlier)}`)"
    before = [one.call for one in placed(script) if one.call.command is not call.command]
    updates = [
        one
        for one in before
        if one.tool.family == "apt"
        and one.sub_command == "update"
        and one.program.span.start < call.program.span.start
    ]
    if not updates:
        return (
            "the lists come from another RUN, and may be older than the version: update in this one"
        )
    return ""


def _transfers(facts: Facts, run: Run) -> Iterator[Copy | Addition]:
    stage = facts.stages.holding(run)
    for each in reversed(facts.stages.lineage(stage)) if stage is not None else ():
        for other in each.instructions:
            if other is run:
                return
            if isinstance(other, Copy | Addition):
                yield other


def _lies_in(facts: Facts, node: Copy | Addition, folders: re.Pattern[str]) -> bool:
    """Whether files may come to lie in a folder that `folders` fits."""
    folder = facts.bases.workdir(node) or "/unknown"
    place = posixpath.normpath(posixpath.join(folder, node.destination))
    return folders.fullmatch(place.replace("//", "/")) is not None


def _text(facts: Facts, run: Run) -> str:
    """What the lineage of a RUN says up to and including it, with its continued lines joined."""
    return _CONTINUED.sub(" ", earlier_text(facts, run))


def _is_conditional(script: ShellScript, each: Placed) -> bool:
    """Whether a call is a part of a larger statement, or stands behind a test."""
    if not each.alone:
        return True
    for other in reversed(script.statements[: script.statements.index(each.link) + 1]):
        if other.kind == "test" or (other.command and name_of(other.command) in {"[", "test"}):
            return True
        if other.operator not in {"&&", "||"}:
            return False
    return False


def _script_before(facts: Facts, run: Run, script: ShellScript, call: Call) -> str | None:
    """A script of unknown contents that runs before a call."""
    for each in _earlier_commands(facts, run, script, call):
        words = () if each is None else each.words()
        if (found := script_of(words)) is not None:
            return found
    stage = facts.stages.holding(run)
    for above in facts.stages.lineage(stage) if stage is not None else ():
        for other in above.instructions:
            if other is run:
                break
            if not isinstance(other, Run) or not isinstance(other.command, ExecForm):
                continue
            if (found := script_of(other.command.values)) is not None:
                return found
    return None


def _of_pip(facts: Facts, run: Run, script: ShellScript, call: Call, text: str) -> str:
    other = next((each.name for each in call.options if each.name not in _PIP_OPTIONS), None)
    if other is not None:
        return f"the option {other} may choose another version"
    if together(call) is None:
        return "pip chooses versions that fit each other, and one beside it is not certain"
    if found := _PIP_SETTING.search(text):
        return f"pip may be told of another index (`{_short(found[0])}`)"
    if any(_lies_in(facts, each, _PIP_FOLDERS) for each in _transfers(facts, run)):
        return "what is copied may bring settings, packages or another Python"
    if call.has_option("-U", "--upgrade", "-I", "--ignore-installed", "--target", "-t"):
        return ""
    if (earlier := _script_before(facts, run, script, call)) is not None:
        return f"an older version may be there already (`{_short(earlier)}`)"
    if found := _OTHER_INSTALLERS.search(text):
        return f"an older version may be there already (`{_short(found[0])}`)"
    if any(_installs_more(each) for each in _earlier_commands(facts, run, script, call)):
        return "an earlier call may have installed an older version, which would do"
    return ""


def _earlier_commands(
    facts: Facts, run: Run, script: ShellScript, call: Call
) -> Iterator[Command | None]:
    """What ran before a call; None for a RUN that names pip and cannot be read."""
    stage = facts.stages.holding(run)
    for each in reversed(facts.stages.lineage(stage)) if stage is not None else ():
        for other in each.instructions:
            if other is run:
                for command in script.commands:
                    if command.span.start < call.command.span.start:
                        yield command
                return
            if isinstance(other, Run):
                commands = [command for _, command in commands_of(facts, other)]
                yield from commands
                if not commands and "pip" in other.code:
                    yield None


def _installs_more(command: Command | None) -> bool:
    """Whether a command installs packages by pip, other than pip's own kind."""
    if command is None:
        return True
    call = call_of(command)
    if call is None or call.tool.family != "pip" or not call.installs:
        return False
    if any(given.name in {"-r", "--requirement", "-e", "--editable"} for given in call.options):
        return True
    names = [re.split(r"[=<>~!\[]", word.value or "?")[0].lower() for word in call.operands]
    return not set(names) <= _TOOLS["pip"]


def _of_npm(facts: Facts, run: Run, call: Call, text: str) -> str:
    if not call.has_option("-g", "--global"):
        return "without -g npm writes the version into package.json by itself"
    if option := _given(call, _NPM_OPTIONS):
        return f"the option {option} may choose another version"
    if found := _NPM_SETTING.search(text):
        return f"npm may be told of another registry (`{_short(found[0])}`)"
    if any(_lies_in(facts, each, _NPM_FOLDERS) for each in _transfers(facts, run)):
        return "what is copied may tell npm of another registry"
    return ""


def _short(text: str) -> str:
    line = " ".join(text.split())
    return line if len(line) <= 40 else f"{line[:37]}..."
