"""Valid Dockerfiles over the whole instruction set, to be built with the images of `stand_ins`.

Names have a kind, so that what they are used for can be valid whatever their value: A, B and C hold
texts, P a port, D an absolute path, U a user, S a signal. Each RUN calls the probe, with a number of
its own, and each COPY or ADD brings a file with a name of its own.
"""

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from random import Random
from typing import TypeVar

from hypothesis import strategies as st

from tests.builds.plan.stand_ins import PLAIN, PROBE, RICH, RUN

T = TypeVar("T")
_TEXTS = ("A", "B", "C")
_KINDS = {
    "P": ("80", "8080", "443/tcp", "53/udp", "7000-7002"),
    "D": ("/d", "/srv/app", "/opt/x y", "/d.e/f"),
    "U": ("0", "root", "nobody", "1000", "1000:50", "nobody:root", "65534:7"),
    "S": ("SIGTERM", "SIGINT", "9", "QUIT", "SIGRTMIN+3"),
}
_PLATFORM = ("TARGETARCH", "TARGETOS", "TARGETPLATFORM", "BUILDPLATFORM", "BUILDARCH")
_SHELLS = (
    ["/bin/sh", "-c"],
    ["/bin/ash", "-e", "-c"],
    ["/bin/sh", "-euc"],
    ["/bin/busybox", "sh", "-c"],
)
_GIVEN = {"A": "given.a", "B": "given b", "P": "9999", "D": "/given", "C": "", "IMAGE": RICH}


@dataclass(frozen=True, slots=True)
class Drawn:
    """A file, and the arguments that its build is called with."""

    text: str
    arguments: tuple[tuple[str, str], ...] = ()
    #: Whether each of its stages has a step that no other file has.
    unique: bool = False


@dataclass
class _Stage:
    """What the writer knows of a stage: only as much as validity needs."""

    name: str | None
    image: str
    #: Names of a kind that have a value for certain.
    defined: set[str] = field(default_factory=set)
    #: Whether programs can run in it.
    rooted: bool = True
    triggers: set[str] = field(default_factory=set)
    copied: list[str] = field(default_factory=list)


class _Writer:
    """Writes one file."""

    def __init__(self, random: Random) -> None:
        self._random = random
        self.lines: list[str] = []
        self.stages: list[_Stage] = []
        self.globals: set[str] = set()
        self.probes = 0
        self.copies = 0
        self.places = 0
        self.given = False
        self.escape = "\\"

    # ------------------------------------------------------------------------------- choosing

    def one_of(self, options: Sequence[T]) -> T:
        return self._random.choice(options)

    def chance(self, percent: int) -> bool:
        return self._random.random() * 100 < percent

    def number(self, low: int, high: int) -> int:
        return self._random.randint(low, high)

    @property
    def stage(self) -> _Stage:
        return self.stages[-1]

    # --------------------------------------------------------------------------------- values

    def expansion(self, deep: int = 0, *, quoted: bool = False) -> str:
        """A use of a variable that holds a text, or nothing; `quoted`, within double quotes."""
        name = self.one_of((*_TEXTS, *_TEXTS, "BASE_TEXT", "NONE", "TARGETARCH"))
        form = self.number(0, 13)
        words = ("w", "", "x.y", f"{self.escape}$A")
        word = self.one_of(words if quoted else (*words, '"q r"', "'$A'"))
        if deep < 2 and self.chance(30):
            word = self.expansion(deep + 1, quoted=quoted)
        pattern = self.one_of(("g*", "*.", "?", "b", "*", "given", "base.", "[a]"))
        return (
            f"${name}",
            f"${{{name}}}",
            f"${{{name}:-{word}}}",
            f"${{{name}-{word}}}",
            f"${{{name}:+{word}}}",
            f"${{{name}+{word}}}",
            f"${{{name}#{pattern}}}",
            f"${{{name}##{pattern}}}",
            f"${{{name}%{pattern}}}",
            f"${{{name}%%{pattern}}}",
            f"${{{name}/{pattern}/{self.one_of(('r', '', 'x*'))}}}",
            f"${{{name}//{pattern}/{self.one_of(('r', '', '.'))}}}",
            f"${name}",
            f"${{{name}}}",
        )[form]

    def piece(self) -> str:
        """A part of a word that the builder expands."""
        e = self.escape
        if self.chance(50):
            return self.expansion()
        plain = ("a.b.c", "x-y", "a=b", "/p/q", "é", "#", "%", "[x]*", "a,b", "~", "<x", "0")
        marked = (f"{e}$A", f"{e}{e}x", f"{e} .", f'{e}"', f"{e}'", f"{e}n", "$", "$.")
        other = "\\" if e == "`" else "`"
        quoted = (
            "'s  $A'", '"d  e"', f'"{e}"q{e}""', f'"{e}$A"', "''", '""', f'"{e}x"', f"'{other}y'",
            f"{other}z", f'"{self.expansion(quoted=True)} {self.expansion(quoted=True)}"',
        )  # fmt: skip
        return self.one_of(self.one_of((plain, marked, quoted)))

    def word(self) -> str:
        """One word without a blank outside of quotes."""
        return "".join(self.piece() for _ in range(self.number(0, 3)))

    def kept(self, kind: str, here: bool = True) -> str:
        """A value of one kind: as it is, or by a variable."""
        value = self.one_of(_KINDS[kind])
        if " " in value:
            value = f'"{value}"'
        form = self.number(0, 4)
        known = here and kind in self.stage.defined
        if form < 2:
            return value
        if form == 2 and known:
            return self.one_of((f"${kind}", f"${{{kind}}}", f'"${kind}"'))
        return f"${{{kind}:-{value}}}"

    # --------------------------------------------------------------------------- instructions

    def add(self, text: str) -> None:
        """Writes an instruction, in one of many layouts."""
        if not text.startswith(("RUN", "COPY <<", "ONBUILD")) and self.chance(12):
            text = text[:1].lower() + text[1:]
        head, blank, rest = text.partition(" ")
        if blank and "\n" not in text and self.chance(15):
            between = self.one_of(("", "# note\n", "  # note \\\n"))
            text = f"{head} {self.escape}\n{between}  {rest}"
        self.lines.append(text)
        if self.chance(10):
            self.lines.append(self.one_of(("", "# between", "#no$A")))

    def env(self, here: bool = True) -> str:
        if self.chance(25):
            blank = self.one_of((" ", "  "))
            return f"ENV {self.one_of(_TEXTS)} x{self.word()}{blank}y{self.word()}"
        if self.chance(10):
            return f"ENV PATH=/p{self.number(0, 9)}:$PATH"
        pairs = [self.pair(here) for _ in range(self.number(1, 3))]
        return f"ENV {' '.join(pairs)}"

    def pair(self, here: bool) -> str:
        if self.chance(35):
            kind = self.one_of(sorted(_KINDS))
            return f"{kind}={self.kept(kind, here)}"
        return f"{self.one_of(_TEXTS)}={self.word()}"

    def arg(self, here: bool = True) -> str:
        names = [self.argument(here) for _ in range(self.one_of((1, 1, 2)))]
        return f"ARG {' '.join(names)}"

    def argument(self, here: bool) -> str:
        form = self.number(0, 6)
        if form == 0:
            return self.one_of((*_PLATFORM, "HTTP_PROXY", "no_proxy", *_TEXTS))
        if form == 1:
            return self.one_of(_TEXTS)
        if form == 2:
            kind = self.one_of(sorted(_KINDS))
            return f"{kind}={self.kept(kind, here)}"
        if form == 3 and self.globals:
            return self.one_of(sorted(self.globals))
        return f"{self.one_of((*_TEXTS, 'TARGETARCH'))}={self.word()}"

    def label(self, here: bool = True) -> str:
        if self.chance(15):
            return f"LABEL label.{self.number(1, 3)} x{self.word()}  y{self.word()}"
        keys = ("label.1", "label.2", '"label.3"', '"a b"', '"k.$A"', "base.label", "label.$NONE")
        return "LABEL " + " ".join(f"{self.one_of(keys)}={self.word()}" for _ in range(2))

    def workdir(self, here: bool = True) -> str:
        self.places += 1
        fresh = f"w{self.places}"
        path = self.one_of(
            (
                f"/{fresh}", fresh, f"{fresh}/", f"/{fresh}/../v{self.places}", f"./{fresh}//x",
                f"../{fresh}", f"{self.kept('D', here)}/{fresh}", f"/{fresh}/$NONE",
                f'"/{fresh} z"', f"/{fresh} z", f"/{fresh}/${{A:-x}}", "/", ".",
                f"{fresh}/${{B:+b}}x",
            )
        )  # fmt: skip
        return f"WORKDIR {path}"

    def user(self, here: bool = True) -> str:
        return f"USER {self.kept('U', here)}"

    def shell(self, here: bool = True) -> str:
        return f"SHELL {json.dumps(self.one_of(_SHELLS))}"

    def command(self, name: str) -> str:
        text = self.one_of(
            (
                '["a", "b $A"]', '[ "a" , "\\u0041\\n\\"" ]', "[]", "['a']", '["a",]', "run $A  b",
                '["a"] && b', "exec  x 'y  z' \\\\ #c", f"a {self.escape}\n   b", "echo \t é", '[""]',
            )
        )  # fmt: skip
        return f"{name} {text}"

    def cmd(self, here: bool = True) -> str:
        return self.command("CMD")

    def entrypoint(self, here: bool = True) -> str:
        return self.command("ENTRYPOINT")

    def expose(self, here: bool = True) -> str:
        ports = [
            self.one_of((self.kept("P", here), "81", "90-92/udp", "8081:81", "53/UDP", "100/sctp"))
            for _ in range(self.number(1, 3))
        ]
        return f"EXPOSE {' '.join(ports)}"

    def volume(self, here: bool = True) -> str:
        place = self.kept("D", here)
        if self.chance(40):
            paths = [place.replace('"', ""), f"/v{self.number(1, 3)}"]
            return f"VOLUME {json.dumps(paths)}"
        return f"VOLUME {place.replace(' ', '')} /v{self.number(1, 3)}/${{A:+a}}"

    def stopsignal(self, here: bool = True) -> str:
        return f"STOPSIGNAL {self.kept('S', here)}"

    def healthcheck(self, here: bool = True) -> str:
        if self.chance(15):
            return "HEALTHCHECK NONE"
        flags = [
            flag
            for flag in (
                "--interval=1m30s", "--timeout=1.5s", "--start-period=0s", "--retries=3",
                "--start-interval=500ms",
            )
            if self.chance(30)
        ]  # fmt: skip
        form = self.one_of(('CMD ["a", "$A"]', "CMD check  $A || exit 1", "cmd x", 'CMD ["a",]'))
        return " ".join(("HEALTHCHECK", *flags, form))

    def maintainer(self, here: bool = True) -> str:
        return self.one_of(("MAINTAINER a $A <b@c>", 'MAINTAINER "q"  r', "MAINTAINER it's"))

    def run(self, here: bool = True) -> str:
        flags = "".join(
            f"{flag} "
            for flag in (
                f"--network={self.one_of(('none', 'default'))}", "--mount=type=tmpfs,target=/t",
                "--mount=type=cache,target=${NONE:-/cache}",
            )
            if self.chance(10)
        )  # fmt: skip
        if self.stages and self.chance(15) and here and (source := self.source(names=True)):
            flags += f"--mount=type=bind,from={source},target=/mnt{self.places} "
        probe = self.probe
        home = self.one_of(("/", "./.", '"$HOME"'))
        form = self.number(0, 13)
        text = (
            lambda: f"{probe()} && :",
            probe,
            lambda: f"{probe()} && cd /tmp && {probe()} && cd .. ; {probe()}; :",
            lambda: f"export X=1 A=x; {probe()}; unset X",
            lambda: f"umask 027 && {probe()} && :",
            lambda: f"set -e; {probe()}; :",
            lambda: json.dumps([PROBE, str(self.count())]),
            lambda: f"[{json.dumps(PROBE)},{json.dumps(str(self.count()))}]",
            lambda: f"{{ {probe()}; }} && ({probe()}) || :",
            lambda: f"if true; then {probe()}; fi; {probe()}; :",
            lambda: f"false || {probe()}; : '# no'  # note",
            lambda: f"{probe()} && {self.escape}\n# note\n\n    {probe()} {self.escape}\n && :",
            lambda: f"Q=/x {probe()} && A='l b' && {probe()} ; :",
            lambda: f"cd {home} 2>/dev/null; {probe()}; :",
        )[form]()
        return f"RUN {flags}{text}"

    def heredoc(self) -> str:
        form = self.number(0, 4)
        probe = self.probe
        return (
            lambda: f"RUN <<EOF\n{probe()}\n{probe()}\n:\nEOF",
            lambda: f"RUN <<-'EOF'\n\t{probe()}\n\t:\n\tEOF",
            lambda: f"RUN <<E\n#!/bin/sh\n{probe()}\n:\nE",
            lambda: f"RUN /bin/sh <<E1 && /bin/sh <<E2\n{probe()}\nE1\n{probe()}\nE2",
            lambda: f"RUN --network=none <<E cat >/dev/null && {probe()}\n$A\nE",
        )[form]()

    def count(self) -> int:
        self.probes += 1
        return self.probes

    def probe(self) -> str:
        return f"{PROBE} {self.count()}"

    def source(self, *, names: bool) -> str | None:
        """An earlier stage by its number, or (alone, for a mount) by its name."""
        earlier = range(len(self.stages) - 1)
        if not earlier:
            return None
        index = self.one_of(earlier)
        name = self.stages[index].name
        # COPY means the last stage of a name in the whole file: `same` may be yet to come.
        if name not in {None, "same"} and (names or self.chance(60)):
            return self.one_of((str(name), str(name).upper()))
        return None if names else str(index)

    def copy(self, here: bool = True) -> str:
        self.copies += 1
        self.places += 1
        name = f"copied.{self.copies}"
        flags = "".join(
            f"{flag} "
            for flag in (
                f"--chown={self.one_of(('5:6', '7', '${NONE:-8}:9', '3:${NONE:-2}'))}",
                f"--chmod={self.one_of(('0640', '700', '${NONE:-755}'))}",
                "--link",
            )
            if self.chance(20)
        )
        fresh = f"c{self.places}"
        target = self.one_of(
            (
                f"/{fresh}/", f"{fresh}/", f"./{fresh}/{name}", f"/{fresh}/{name}", f"/{fresh}/x/../",
                f"{self.kept('D', here).replace(' ', '')}/{fresh}/", f"/{fresh}/${{A:+a}}x/", ".", "./", "$NONE/",
            )
        )  # fmt: skip
        kind = self.one_of(("COPY", "COPY", "ADD"))
        if "--link" in flags and target in {".", "./"}:
            target = f"/{fresh}/"
        if self.chance(15):
            return f"{kind} {flags}{json.dumps([name, target.replace(chr(34), '')])}"
        wanted = self.one_of((name, f"./{name}", f"/{name}", f"${{NONE:-{name}}}"))
        return f"{kind} {flags}{wanted} {target}"

    def document(self) -> str:
        self.places += 1
        name = f"document.{self.places}"
        body = self.one_of(("plain text\n", "a $B ${B}\nb\n", "'$B' \"q\"\n", ""))
        form = self.one_of((name, f"'{name}'", f"-{name}"))
        place = self.one_of((f"/h{self.places}/", f"h{self.places}/", f"/h{self.places}/{name}"))
        flags = self.one_of(("", "--chmod=600 ", "--chown=1:2 "))
        return f"{self.one_of(('COPY', 'ADD'))} {flags}<<{form} {place}\n{body}{name}"

    def marks(self) -> str | None:
        """A COPY of the marks of another stage or image."""
        self.places += 1
        source = self.one_of((self.source(names=False), PLAIN, RICH))
        if source is None:
            return None
        return f"COPY --from={source} /marks /from{self.places}/marks"

    # ------------------------------------------------------------------------------ the whole

    def file(self) -> Drawn:
        self.given = self.chance(35)
        if self.chance(15):
            self.escape = "`"
            self.lines.append(
                self.one_of(("# escape=`", "#ESCAPE = `", "# check=skip=all\n#escape=`"))
            )
        elif self.chance(10):
            self.lines.append(self.one_of(("# a note", "# escape=\\", "\n# escape=`")))
        for _ in range(self.number(0, 3)):
            self.global_arg()
        count = self.one_of((1, 2, 2, 3))
        for _ in range(count):
            self.start()
            for _ in range(self.number(3, 9)):
                self.instruct()
            if self.stage.rooted:
                self.add(f"RUN {self.probe()} && :")
        names = sorted(_GIVEN)
        chosen = {name for name in names if self.given and self.chance(50)}
        return Drawn(
            "\n".join(self.lines) + "\n", tuple((n, _GIVEN[n]) for n in names if n in chosen), True
        )

    def global_arg(self) -> None:
        form = self.number(0, 4)
        if form == 0:
            self.lines.append(f"ARG IMAGE={self.one_of((PLAIN, RICH))}")
            self.globals.add("IMAGE")
        elif form == 1:
            kind = self.one_of(sorted(_KINDS))
            self.lines.append(f"ARG {kind}={self.kept(kind, here=False)}")
        else:
            name = self.one_of(_TEXTS)
            more = self.one_of(("", f" {self.one_of(_TEXTS)}={self.word()}"))
            self.lines.append(f"ARG {name}{self.one_of(('', f'={self.word()}'))}{more}")
            self.globals.add(name)

    def start(self) -> None:
        """A FROM, with what every stage has."""
        index = len(self.stages)
        name = self.one_of((f"stage{index}", f"Stage{index}", "same", None))
        parents = [each for each in self.stages if each.name is not None]
        form = self.number(0, 7)
        parent: _Stage | None = None
        rooted = True
        if form < 3 and parents:
            parent = self.one_of(parents)
            parent = [each for each in parents if each.name == parent.name][-1]
            image = str(parent.name)
            rooted = parent.rooted
        elif form == 3:
            image, rooted = "scratch", False
        elif form == 4 and "IMAGE" in self.globals:
            image = self.one_of(("$IMAGE", "${IMAGE}", f"${{IMAGE:-{PLAIN}}}"))
        elif form == 5:
            repository, _, tag = PLAIN.partition(":")
            image = f"${{NOTHING:-{repository}}}:{tag}"
        else:
            image = self.one_of((PLAIN, RICH))
        platform = self.one_of(
            ("", "", "", "--platform=$BUILDPLATFORM ", "--platform=${TARGETOS}/$TARGETARCH ")
        )
        word = self.one_of(("AS", "as", "As"))
        self.lines.append(f"FROM {platform}{image}" + ("" if name is None else f" {word} {name}"))
        stage = _Stage(None if name is None else name.lower(), image, rooted=rooted)
        if parent is not None:
            stage.defined = set(parent.defined)
        elif image == RICH:
            stage.defined = {"D"}
        self.stages.append(stage)
        # No step of another file or run is the same: what is not run is not in the log.
        self.lines.append(f"COPY <<EOF /marks/{index}\n{RUN} {self.number(0, 10**9)}\nEOF")
        if not rooted and self.chance(70):
            self.lines.append(f"COPY --from={PLAIN} / /")
            stage.rooted = True

    def instruct(self) -> None:
        """One instruction."""
        everywhere: list[Callable[[bool], str]] = [
            self.env, self.env, self.env, self.env, self.env, self.arg, self.arg, self.arg,
            self.label, self.label, self.workdir, self.maintainer,
            self.workdir, self.shell, self.cmd, self.entrypoint, self.expose, self.volume,
            self.stopsignal, self.healthcheck, self.copy,
        ]  # fmt: skip
        if self.stage.rooted:
            everywhere += [self.run, self.run, self.run, self.user]
        form = self.number(0, 19)
        if form == 1 and self.stage.rooted:
            self.add(self.heredoc())
        elif form == 2:
            self.add(self.document())
        elif form in {3, 4}:
            text = self.marks()
            if text is not None:
                self.add(text)
        elif form == 5 and self.stage.name is not None and self.escape == "\\":
            # The builder reads a trigger anew, without the file's directives.
            allowed = [each for each in everywhere if each != self.maintainer]
            self.add(f"ONBUILD {self.one_of(allowed)(False)}")
        else:
            text = self.one_of(everywhere)(True)
            self.add(text)
            for kind in _KINDS:
                if f" {kind}=" in text and text.startswith(("ENV", "ARG")):
                    self.stage.defined.add(kind)


def dockerfiles() -> st.SearchStrategy[Drawn]:
    """Files that the builder builds.

    All choices of a file hang on one number: files are to differ as much as they can, for a build
    costs too much to shrink one.
    """
    return st.randoms(use_true_random=True).map(lambda random: _Writer(random).file())
