"""Reports sub-commands of package managers that are misspelt."""

import difflib

from dfix import Fixer, Phase, Reported, Run, Valid
from dfix.facts.packages import call_of
from dfix.facts.scripts import commands_of

_APT = frozenset(
    """update upgrade dist-upgrade full-upgrade dselect-upgrade install reinstall remove purge
    autoremove autopurge clean autoclean distclean source build-dep satisfy download changelog check
    indextargets list search show showsrc policy depends rdepends edit-sources help""".split()
)
_DNF = frozenset(
    """install remove erase update upgrade update-minimal upgrade-minimal update-to upgrade-to
    check check-update check-upgrade clean makecache list info search provides whatprovides repolist
    repoinfo repository-packages repoquery repoclosure repodiff repomanage repograph group groups
    grouplist groupinfo groupinstall groupupdate groupremove localinstall localupdate reinstall
    downgrade history autoremove module config-manager builddep build-dep download swap distro-sync
    distribution-synchronization versionlock copr deplist resolvedep shell version alias mark
    updateinfo needs-restarting help load-transaction fssnapshot changelog debuginfo-install
    reposync system-upgrade offline-upgrade advisory environment replay""".split()
)
_KNOWN = {
    "apt": _APT,
    "apt-get": _APT,
    "yum": _DNF,
    "dnf": _DNF,
    "microdnf": _DNF,
    "apk": frozenset(
        """add del fix update upgrade info search list fetch cache audit verify index dot policy
        stats manifest version convert-ndx mkndx mkpkg extract query""".split()
    ),
    "pip": frozenset(
        """install uninstall download freeze list show check config search cache index wheel hash
        completion debug inspect lock help""".split()
    ),
}


class UnknownSubcommand(Fixer):
    """Reports sub-commands of package managers that are misspelt.

    **Why**

    The step fails, as in `yum isntall`; or, where its failure is ignored, what it should install is
    missing. A spelling is never repaired: what is meant is for a person to say.

    **When it is reported**

    For a sub-command of apt, apk, yum, dnf, microdnf or pip that there is none of, and that looks
    like one there is.

    **What to do**

    Write the sub-command as it is called.
    """

    message = "the package manager has no such sub-command"
    phase = Phase.SHELL
    reference = "https://docs.docker.com/build/building/best-practices/#run"
    VALID = (
        Valid("FROM centos:7\nRUN yum -y install httpd\n"),
        Valid("FROM centos:7\nRUN yum -y $VERB httpd\n"),
        Valid("FROM node:22\nRUN npm isntall\n", why="npm knows this spelling"),
        Valid("FROM centos:7\nRUN yum frobnicate\n", why="it may be a plugin's"),
    )
    REPORTED = (Reported("FROM centos:7\nRUN yum -y isntall httpd\n", line=2),)

    def visit_Run(self, node: Run) -> None:
        """Looks at each call of a package manager."""
        for form, command in commands_of(self.facts, node):
            call = call_of(command)
            known = _KNOWN.get(call.name) if call is not None else None
            if call is None or known is None:
                continue
            name, verb = call.name, call.sub_command
            if verb is None or verb.replace("-", "") in {each.replace("-", "") for each in known}:
                continue
            meant = difflib.get_close_matches(verb, known, 1, 0.8)
            if meant:
                self.advise(
                    form,
                    f"{name} has no `{verb}`: is `{name} {meant[0]}` meant?",
                    within=command.span,
                )
