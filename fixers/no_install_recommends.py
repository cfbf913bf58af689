"""Has apt install what was asked for, and not what is recommended beside it."""

import re

from dfix import Fixer, Invalid, Level, Phase, Rewrite, Run, Valid, regex
from dfix.facts.commands import BUILTINS, COREUTILS, name_of
from dfix.facts.scripts import Command, script_of

from ._packages import Call, call_of, earlier_text, is_unknown, last_flag, placed, tries_only

_KNOWN = ("--no-install-recommends", "--install-recommends")
_SET = regex(r"install-recommends", re.IGNORECASE)
_CONFIGURED = regex(
    r"apt::install-recommends|install-recommends[ \t]+\\?[\"']?|\bAPT_CONFIG\b"
    r"|^(?:copy|add)\b.*(?:apt\.conf|/etc/apt/?[ \t\r]*$)",
    re.IGNORECASE | re.MULTILINE,
)
_FLAG = regex(r"--(?:no-)?install-recommends(?:=\S*)?")
#: Packages that rarely do what they are installed for without others that they only recommend; one
#: of these others has to be named as well. (https://packages.debian.org/stable/)
_COUNTERPARTS = (
    (
        r"curl|wget|git|git-core|libcurl.*|aria2|mercurial|subversion|w3m|apt-transport-https",
        ("ca-certificates",),
    ),
    (r"python3?-pip", ("build-essential", "python3-dev", "python-dev", "gcc", "g++")),
    (r"python3?-pip", ("python3-setuptools", "python-setuptools")),
    (
        r"gcc(?:-[0-9.]+)?|clang(?:-[0-9.]+)?|cmake|golang.*|tcc",
        ("libc6-dev", "build-essential", "g++"),
    ),
    (r"cmake", ("make", "build-essential", "ninja-build")),
    (r"autoconf", ("automake", "automake1.11", "dh-autoreconf")),
    (r"flex", ("gcc", "build-essential", "g++", "clang")),
    (r"sshpass", ("openssh-client", "openssh-server", "ssh")),
    (r"dpkg-dev|devscripts|debhelper|npm", ("build-essential", "gcc", "g++")),
    (r"gpg", ("gnupg", "gpg-agent")),
    (r"(?:python3?-)?software-properties.*", ("gpg-agent", "gnupg", "gnupg2", "gnupg-agent")),
    (r"xvfb", ("xauth",)),
    (r"yarn|yarnpkg", ("nodejs",)),
    (r"mono-(?:devel|complete)|nuget|msbuild", ("ca-certificates-mono",)),
    (r"mailutils|mailx|bsd-mailx|heirloom-mailx|mutt", ("postfix", "exim4", "ssmtp", "msmtp-mta")),
    (r"fail2ban", ("iptables", "nftables")),
    (r"cryptsetup|initramfs-tools", ("busybox",)),
)
#: Those that recommend more than can be named.
_WITH_MANY = regex(
    r"(?:r-base|texlive|libreoffice|chromium|firefox|xfce4|gnome|kde|lxde|task-|xorg|wine|qemu"
    r"|libvirt|ansible|imagemagick|ubuntu-desktop|xubuntu|language-pack|systemd|x11vnc"
    r"|tightvnc|tigervnc|vnc4|docker|podman|buildah|opam|octave|inkscape|vlc).*"
)
#: Packages that need another for what the file does with them: its words, and the other one.
_FOR_A_USE = (
    (r"apache2(?:-bin)?", r"default-ssl|snakeoil", ("ssl-cert",)),
    (r"git|git-core", r"git@|ssh://|\.ssh\b|\bssh-", ("openssh-client", "openssh-server", "ssh")),
    (r"git|git-core", r"\bpatch\s+-", ("patch", "build-essential", "dpkg-dev")),
    (r"zip", r"\bunzip\b", ("unzip",)),
    (r"procps", r"\b(?:fuser|killall|pstree)\b", ("psmisc",)),
    (r"rustc", r"\bcargo\b", ("cargo",)),
    (r"openvpn", r"easy-?rsa", ("easy-rsa",)),
    # That of NodeSource has npm within.
    (r"nodejs", r"(?s)\A(?!.*nodesource).*\bnpm\b", ("npm",)),
)
_TABLE = tuple((re.compile(names), needed) for names, needed in _COUNTERPARTS)
#: Commands of the shell and the base system that cannot run what was installed.
_SELF_CONTAINED = (BUILTINS | COREUTILS) - frozenset(
    ". chroot command env eval exec nice source timeout".split()
)


class NoInstallRecommends(Fixer):
    """Has apt install what was asked for, and not what is recommended beside it.

    **Why**

    Debian and Ubuntu install recommended packages by default: documentation, tools and services that
    most containers never use, and that need updates all the same.

    **When it is applied**

    To `apt-get install` and `apt install` of named packages. Only at `aggressive`: that nothing uses
    what is left out cannot be read off the file.

    **When it is refused**

    Where an option or apt's configuration decides already, where a package is known to be of little
    use without what it recommends (`curl` without `ca-certificates`, compilers without headers,
    servers, desktops, fonts) unless that is named too, and where the call is not understood.
    """

    message = "recommended packages are installed as well"
    level = Level.AGGRESSIVE
    phase = Phase.CACHES
    aliases = ("DL3015",)
    practices = ("04",)
    plan_paths = ("effect",)
    reference = "https://docs.docker.com/build/building/best-practices/#apt-get"
    VALID = (
        Valid("FROM debian:12\nRUN apt-get install -y --no-install-recommends less\n"),
        Valid("FROM debian:12\nRUN apt-get install -y -o APT::Install-Recommends=false less\n"),
        Valid("FROM debian:12\nRUN apt-get install -y --install-recommends less\n", why="wanted"),
        Valid(
            "FROM debian:12\nRUN echo 'APT::Install-Recommends \"0\";' > /etc/apt/apt.conf.d/00x\n"
            "RUN apt-get install -y less\n",
            why="the configuration says so already",
            refused=True,
        ),
        Valid(
            "FROM debian:12\nRUN apt-get install -y curl\n",
            why="without ca-certificates it could not fetch anything by https",
            refused=True,
        ),
        Valid(
            "FROM debian:12\nRUN apt-get install -y curl && curl -O https://example.com/key && "
            "apt-get install -y --no-install-recommends ca-certificates\n",
            why="what it needs comes after its use",
            refused=True,
        ),
        Valid("FROM debian:12\nRUN apt-get install -y $TOOLS\n", refused=True),
    )
    INVALID = (
        Invalid(
            "FROM debian:12\nRUN apt-get install -y \\\n    less \\\n    vim\n",
            "FROM debian:12\nRUN apt-get install -y --no-install-recommends \\\n    less \\\n"
            "    vim\n",
        ),
        Invalid(
            "FROM debian:12\nRUN apt-get -y install curl ca-certificates\n",
            "FROM debian:12\nRUN apt-get -y install --no-install-recommends curl ca-certificates\n",
        ),
    )

    def visit_Run(self, node: Run) -> None:
        """Edits the calls of a RUN for which nothing speaks against it."""
        rewrite = Rewrite.of(self.facts, node)
        if rewrite is None:
            return
        lacking = [each.call for each in placed(rewrite.script) if _lacks(each.call)]
        edited = False
        for call in lacking:
            if reason := self._objection(node, call):
                self.refuse(node, reason)
                continue
            rewrite.insert_after(last_flag(rewrite.script, call), "--no-install-recommends")
            edited = True
        if not edited:
            return
        self.propose(rewrite, reason="nothing in the file names what would only be recommended")

    def _objection(self, run: Run, call: Call) -> str:
        """Why a call keeps installing what is recommended; empty if it need not."""
        if call.problem:
            return call.problem
        if any(map(is_unknown, call.operands)):
            return "a variable may hold packages or the option"
        text = _FLAG.sub("", earlier_text(self.facts, run))
        if _CONFIGURED.search(text) or "APT_CONFIG" in call.environment:
            return "apt is configured further up, maybe for just that"
        present = self._installed(run, call)
        for word in call.operands:
            name = re.split(r"[=:/]", word.text.strip("'\""))[0]
            for pattern, needed in _TABLE:
                if pattern.fullmatch(name) and present.isdisjoint(needed):
                    return f"{name} is of little use without what it recommends: {needed[0]}"
            for wanted, words, others in _FOR_A_USE:
                if (
                    re.fullmatch(wanted, name)
                    and present.isdisjoint(others)
                    and re.search(words, self.facts.tree.text)
                ):
                    return f"what the file does with {name} needs what it recommends: {others[0]}"
            if _WITH_MANY.fullmatch(name):
                return f"{name} is of little use without what it recommends"
        return ""

    def _installed(self, run: Run, asking: Call) -> set[str]:
        """The packages that are there when what a call installs may be used first.

        These are the base's, those that the lineage names above, and those of the same RUN, as far
        down as nothing in it may use them yet.
        """
        stage = self.facts.stages.holding(run)
        if stage is None:
            return set()
        known = self.facts.bases.of(stage)
        found = set(known.tools_installed if known is not None else ())
        for each in reversed(self.facts.stages.lineage(stage)):
            for other in each.instructions:
                script = (
                    script_of(other, self.facts.tree.escape) if isinstance(other, Run) else None
                )
                for command in script.commands if script is not None else ():
                    call = call_of(command)
                    if call is not None and call.tool.family == "apt" and call.installs:
                        found |= {re.split(r"[=:/]", word.text)[0] for word in call.operands}
                    elif (
                        other is run
                        and command.span.start > asking.command.span.start
                        and _may_use(command)
                    ):
                        break
                if other is run:
                    break
        return found


def _lacks(call: Call) -> bool:
    """Whether a call installs named packages, and nothing in it decides about the others."""
    return (
        call.tool.family == "apt"
        and call.installs
        and bool(call.operands)
        and not call.has_option(*_KNOWN)
        and not any(_SET.search(value or "") for value in call.values_of("-o", "--option"))
        and not tries_only(call)
    )


def _may_use(command: Command) -> bool:
    """Whether a command may run what was installed above it, or gives apt an address by https."""
    if any("https:" in word.text for word in command.arguments):
        return True
    call = call_of(command)
    name = name_of(command)
    return (
        (call is None or call.tool.family != "apt") and name != "" and name not in _SELF_CONTAINED
    )
