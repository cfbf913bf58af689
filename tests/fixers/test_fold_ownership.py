"""fold-ownership: what it leaves alone and turns down first, then what it changes."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from dfix import Level, fix
from dfix.facts.evidence import Kind
from tests.fixers.checks import check_fixed, check_noop, check_refused, run

NAME = "fold-ownership"
F = "FROM debian:12\n"
NEW = "# syntax=docker/dockerfile:1\n" + F


@dataclass(frozen=True)
class Files:
    """A build context that was named, of single files, by name and mode."""

    modes: dict[str, int] = field(default_factory=dict)
    folders: frozenset[str] = frozenset()
    guessed: bool = False

    def kind(self, source: str, *, level_is_safe: bool) -> Kind:
        if self.guessed and level_is_safe:
            return "unknown"
        if source in self.folders:
            return "directory"
        return "file" if source in self.modes else "unknown"

    def ignored(self, source: str, *, level_is_safe: bool) -> bool:
        return False

    def mode(self, source: str, *, level_is_safe: bool) -> int | None:
        return None if self.guessed and level_is_safe else self.modes.get(source)

    def texts_below(
        self, sources: Sequence[str], wanted: Callable[[str], bool]
    ) -> Iterator[tuple[str, str | None]]:
        return iter(())

    def modes_below(self, source: str) -> frozenset[int]:
        return frozenset({self.modes[source]} if source in self.modes else ())

    def text(self, source: str, *, level_is_safe: bool, limit: int = 0) -> str | None:
        return None


NOOP = {
    "another file": F + "COPY a.sh /\nRUN chmod +x /b.sh\n",
    "a file in the folder": F + "COPY . /app\nRUN chmod +x /app/run.sh\n",
    "nothing copied": F + "RUN chmod +x /b.sh\n",
    "not right below": F + "COPY a.sh /\nENV A=1\nRUN chmod +x /a.sh\n",
    "not the first link": F + "COPY a.sh /\nRUN sed -i s/a/b/ /a.sh && chmod +x /a.sh\n",
    "exec form": F + 'COPY a.sh /\nRUN ["chmod", "+x", "/a.sh"]\n',
    "heredoc": F + "COPY a.sh /\nRUN <<EOF\nchmod +x /a.sh\nEOF\n",
    "variable": F + "COPY a.sh /\nRUN chmod $MODE /a.sh\n",
    "pattern": F + "COPY *.sh /s/\nRUN chmod +x /s/*.sh\n",
    "onbuild": F + "ONBUILD COPY a.sh /\nONBUILD RUN chmod +x /a.sh\n",
    "assignment": F + "COPY a.sh /\nRUN A=1 chmod +x /a.sh\n",
    "redirected": F + "COPY a.sh /\nRUN chmod +x /a.sh 2>/dev/null\n",
    "reference": F + "COPY a.sh /\nRUN chmod --reference=/b /a.sh\n",
    "background": F + "COPY a.sh /\nRUN chmod +x /a.sh &\n",
    "another stage": F + "COPY a.sh /\n" + F + "RUN chmod +x /a.sh\n",
    "working directory not known": "FROM me/base\nCOPY a.sh .\nRUN chmod +x a.sh\n",
}

REFUSED = {
    # The build fails there, and would not any more.
    "another user": ("USER 1000\nCOPY a.sh /\nRUN chmod +x /a.sh\n", "run as 1000"),
    "another user gives away": (
        "USER nobody\nCOPY a.sh /\nRUN chown 33:33 /a.sh && touch /tmp/b\n",
        "run as nobody",
    ),
    # It would hit something else.
    "whole context": ("COPY . /app\nRUN chmod -R 755 /app\n", "several modes"),
    "folder": ("COPY src/ /app\nRUN chmod -R 644 /app\n", "several modes"),
    "folder by itself": ("COPY . /home/app\nRUN chmod 777 /home/app\n", "several modes"),
    "destination is a folder of the system": ("COPY run /run\nRUN chmod +x /run\n", "/run is a"),
    "destination was made": (
        "RUN mkdir /x\nCOPY x /x\nRUN chmod +x /x\n",
        "/x may be a folder already",
    ),
    "destination is where it works": ("WORKDIR /x\nCOPY x /x\nRUN chmod +x /x\n", "/x is a folder"),
    "destination of another name": (
        "COPY crontab /etc/cron.d\nRUN chmod 644 /etc/cron.d\n",
        "may be a folder",
    ),
    "more files copied": ("COPY a.sh b.sh /\nRUN chmod +x /a.sh\n", "brings other files"),
    "other files named": ("COPY a.sh /\nRUN chmod +x /a.sh /b.sh\n", "other files as well"),
    "copied once more": (
        "COPY a.sh /app/a.sh\nCOPY src /app\nRUN chmod +x /app/a.sh\n",
        "may bring the same file",
    ),
    "its folder as well": (
        "WORKDIR /app\nCOPY a.sh b.sh ./\nRUN chown -R 33:33 a.sh b.sh /app\n",
        "about the folder of the files as well",
    ),
    "the folder of one of them": (
        "COPY a.sh /\nCOPY b.sh /usr/bin/\nRUN chmod 755 /usr/bin /usr/bin/b.sh /a.sh\n",
        "about the folder of the files as well",
    ),
    "pattern": ("COPY *.sh /a.sh\nRUN chmod +x /a.sh\n", "which files are copied"),
    "variable": ("ARG S\nCOPY $S /a.sh\nRUN chmod +x /a.sh\n", "which files are copied"),
    "parents": ("COPY --parents d/a.sh /a.sh\nRUN chmod +x /a.sh\n", "--parents"),
    "archive": ("ADD a.sh /a.sh\nRUN chmod +x /a.sh\n", "ADD may do more"),
    # Owners.
    "working directory": (
        "WORKDIR /app\nCOPY . .\nRUN chown -R www-data:www-data /app\n",
        "was there before",
    ),
    "files before": (
        "COPY package.json /app/\nRUN npm ci\nCOPY . /app\nRUN chown -R 33:33 /app\n",
        "was there before",
    ),
    "made before": (
        "RUN mkdir -p /app/logs\nCOPY . /app\nRUN chown -R 33:33 /app\n",
        "was there before",
    ),
    "made by who knows what": (
        "RUN ./setup\nCOPY . /app\nRUN chown -R 33:33 /app\n",
        "was there before",
    ),
    "home of an account": (
        "RUN useradd -m me\nCOPY . /home/me\nRUN chown -R me:me /home/me\n",
        "was there before",
    ),
    "home of an account of its own choice": (
        "RUN useradd -m -d /srv/me me\nCOPY . /srv/me\nRUN chown -R me:me /srv/me\n",
        "was there before",
    ),
    "a folder in the root before": (
        "COPY rootfs /\nCOPY . /app\nRUN chown -R 33:33 /app\n",
        "was there before",
    ),
    "folder of the system": ("COPY . /etc\nRUN chown -R 33:33 /etc\n", "folder"),
    "not recursive": ("COPY . /app\nRUN chown 33:33 /app\n", "several modes"),
    "new folders": ("COPY a.sh /n/m/a.sh\nRUN chown 33:33 /n/m/a.sh\n", "may be made by the COPY"),
    "login group": ("COPY a.sh /\nRUN chown www-data: /a.sh\n", "not certain"),
    "dot for a colon": ("COPY a.sh /\nRUN chown www-data.www-data /a.sh\n", "not certain"),
    "owner twice": ("COPY --chown=1:1 a.sh /\nRUN chown 33:33 /a.sh\n", "--chown already"),
    "rights of programs": (
        "COPY --from=x/y /bin/ping /bin/\nRUN chown 33:33 /bin/ping\n",
        "setuid",
    ),
    "rights of a mode": (
        "COPY --chmod=4755 a.sh /\nRUN chown 33:33 /a.sh\n",
        "setuid away, which --chmod=4755",
    ),
    "rights of a mode in letters": (
        "COPY --chmod=u+s a.sh /\nRUN chown 33:33 /a.sh\n",
        "setuid away, which --chmod=u+s",
    ),
    "rights of a mode in a variable": (
        "ARG M\nCOPY --chmod=$M a.sh /\nRUN chown 33:33 /a.sh\n",
        "setuid away, which --chmod=$M",
    ),
    # Modes.
    "new folder": ("COPY a.sh /n/a.sh\nRUN chmod 700 /n/a.sh\n", "/n may be made by the COPY"),
    "new folder with a slash": (
        "COPY a.cnf /n/m/\nRUN chmod 644 /n/m/a.cnf\n",
        "/n/m may be made by the COPY, and would get the mode 644",
    ),
    "new folder of a heredoc": (
        "COPY <<EOF /n/a.sh\n#!/bin/sh\nEOF\nRUN chmod u+x /n/a.sh\n",
        "/n may be made by the COPY",
    ),
    "mode by mode": ("COPY a.sh /\nRUN chmod u+x /a.sh\n", "depends on the mode"),
    "mode taken away": ("COPY a.sh /\nRUN chmod go-w /a.sh\n", "depends on the mode"),
    "setuid": ("COPY a.sh /\nRUN chmod 4755 /a.sh\n", "what `4755` is to COPY is not certain"),
    "a number of two digits": ("COPY a.sh /\nRUN chmod 75 /a.sh\n", "to COPY is not certain"),
    "conditional x": ("COPY a.sh /\nRUN chmod a+X /a.sh\n", "depends on the mode"),
    "mode of an image": (
        "COPY --from=x/y /a.sh /\nRUN chmod +x /a.sh\n",
        "depends on the mode",
    ),
    "mode twice": ("COPY --chmod=600 a.sh /\nRUN chmod 700 /a.sh\n", "--chmod already"),
    # The RUN.
    "failure goes on": ("COPY a.sh /\nRUN chmod +x /a.sh || true\n", "goes on when it fails"),
    "failure goes on later": ("COPY a.sh /\nRUN chmod +x /a.sh; touch /b\n", "goes on when"),
    "flags": ("COPY a.sh /\nRUN --network=none chmod +x /a.sh\n", "flags of its own"),
    "pragma": (
        "COPY a.sh /\n# hadolint ignore=DL3059\nRUN chmod +x /a.sh\n",
        "speaks to a tool",
    ),
    "comment inside": ("COPY a.sh /\nRUN chmod +x \\\n# why\n  /a.sh\n", "comment would be lost"),
}


@pytest.mark.parametrize("case", NOOP)
def test_noop(case: str) -> None:
    check_noop(NAME, NOOP[case])


@pytest.mark.parametrize("case", REFUSED)
def test_refused(case: str) -> None:
    text, reason = REFUSED[case]
    check_refused(NAME, F + text, reason)


@pytest.mark.parametrize(
    "frontend",
    ["docker/dockerfile:1.0", "docker/dockerfile:1.1.7-experimental", "me/frontend:1", "x"],
)
def test_frontends_that_may_not_know_the_mode(frontend: str) -> None:
    text = f"# syntax={frontend}\n{F}COPY a.sh /\nRUN chmod +x /a.sh\n"
    check_refused(NAME, text, "may not know --chmod")


@pytest.mark.parametrize(
    "made",
    [
        "RUN install -m 4755 /bin/true /x/a.sh",
        "RUN install -D --mode=u=rwxs /bin/true /x/a.sh",
        "RUN chmod 04755 /x/a.sh",
        "RUN chmod ug=rxs /x/a.sh",
        "COPY --chmod=6755 a.sh /x/",
    ],
)
def test_rights_of_another_stage(made: str) -> None:
    text = f"{F[:-1]} AS x\n{made}\n{F}COPY --from=x /x/a.sh /\nRUN chown 33:33 /a.sh\n"
    check_refused(NAME, text, "takes setuid and capabilities away")


@pytest.mark.parametrize("source", ["/bin/su.sh", "usr/lib/a.sh", "/usr", "/"])
def test_rights_of_packages_in_another_stage(source: str) -> None:
    text = f"{F[:-1]} AS x\n{F}COPY --from=x {source} /app\nRUN chown -R 33:33 /app\n"
    check_refused(NAME, text, "takes setuid and capabilities away")


@pytest.mark.parametrize("mode", [0o4755, 0o2755, 0o6711])
def test_rights_by_the_context(mode: int) -> None:
    files = Files({"a": mode})
    text = F + "COPY a /usr/bin/\nRUN chown 33:33 /usr/bin/a\n"
    check_refused(NAME, text, "takes setuid away, which a has or holds", evidence=files)
    before = "COPY --chmod=755 a /usr/bin/\nRUN chown 33:33 /usr/bin/a\n"
    after = "COPY --chmod=755 --chown=33:33 a /usr/bin/\n"
    check_fixed(NAME, F + before, F + after, evidence=files)


def test_rights_in_a_folder_of_the_context(tmp_path: Path) -> None:
    (tmp_path / "src/bin").mkdir(parents=True)
    (tmp_path / "src/bin/tool").write_text("x\n")
    text = F + "COPY src /app\nRUN chown -R 33:33 /app\n"
    assert fix(text, select=[NAME], context=tmp_path).changed
    (tmp_path / "src/bin/tool").chmod(0o4755)
    result = fix(text, select=[NAME], context=tmp_path)
    assert not result.changed
    assert [each.reason for each in result.findings] == [
        "chown takes setuid away, which src has or holds"
    ]


FIXED = {
    "x": ("COPY a.sh /\nRUN chmod +x /a.sh\n", "COPY --chmod=755 a.sh /\n"),
    "number": ("COPY a.sh /\nRUN chmod 0700 /a.sh\n", "COPY --chmod=0700 a.sh /\n"),
    "several changes": ("COPY a.sh /\nRUN chmod a-w,a+rx a.sh\n", "COPY --chmod=555 a.sh /\n"),
    "set": ("COPY a.sh /\nRUN chmod u=rwx,go=rx /a.sh\n", "COPY --chmod=755 a.sh /\n"),
    "verbose": ("COPY a.sh /\nRUN chmod -v +x /a.sh\n", "COPY --chmod=755 a.sh /\n"),
    "folder without a slash": (
        "COPY a.sh /usr/bin\nRUN chmod +x /usr/bin/a.sh\n",
        "COPY --chmod=755 a.sh /usr/bin\n",
    ),
    "relative": (
        "WORKDIR /app\nCOPY a.sh .\nRUN chmod +x ./a.sh\n",
        "WORKDIR /app\nCOPY --chmod=755 a.sh .\n",
    ),
    "several files": (
        "COPY a.sh b.sh /x/\nRUN chmod +x /x/a.sh /x/b.sh\n",
        "COPY --chmod=755 a.sh b.sh /x/\n",
    ),
    "several COPYs": (
        "COPY a.sh /\nCOPY b.sh /\nRUN chmod +x /a.sh /b.sh\n",
        "COPY --chmod=755 a.sh /\nCOPY --chmod=755 b.sh /\n",
    ),
    "other COPYs between": (
        "COPY a.sh /\nCOPY c /etc/c\nRUN chmod +x /a.sh\n",
        "COPY --chmod=755 a.sh /\nCOPY c /etc/c\n",
    ),
    "first link": (
        "COPY a.sh /\nRUN chmod +x /a.sh && touch /b\n",
        "COPY --chmod=755 a.sh /\nRUN touch /b\n",
    ),
    "first links": (
        "COPY a.sh /\nRUN chown 33:33 /a.sh \\\n && chmod +x /a.sh \\\n && touch /b\n",
        "COPY --chown=33:33 --chmod=755 a.sh /\nRUN touch /b\n",
    ),
    "a new folder, which has that mode anyway": (
        "COPY a.sh /n/\nRUN chmod 0755 /n/a.sh\n",
        "COPY --chmod=0755 a.sh /n/\n",
    ),
    "a mode in a folder that was made": (
        "RUN mkdir -p /n\nCOPY a.cnf /n/\nRUN chmod 600 /n/a.cnf\n",
        "RUN mkdir -p /n\nCOPY --chmod=600 a.cnf /n/\n",
    ),
    "an owner behind a mode": (
        "COPY --chmod=0755 a.sh /\nRUN chown 33:33 /a.sh\n",
        "COPY --chmod=0755 --chown=33:33 a.sh /\n",
    ),
    "a RUN behind": (
        "COPY a.sh /\nRUN chmod +x /a.sh\nENV A=1\nRUN touch /b\n",
        "COPY --chmod=755 a.sh /\nENV A=1\nRUN touch /b\n",
    ),
    "comment above": (
        "# copy\nCOPY a.sh /\n\n# start\nRUN chmod +x /a.sh\n",
        "# copy\n# start\nCOPY --chmod=755 a.sh /\n",
    ),
    "comment apart": (
        "COPY a.sh /\n# about all below\n\nRUN chmod +x /a.sh\nRUN touch /b\n",
        "COPY --chmod=755 a.sh /\n# about all below\n\nRUN touch /b\n",
    ),
    "array": (
        'COPY ["a.sh", "/"]\nRUN chmod +x /a.sh\n',
        'COPY --chmod=755 ["a.sh", "/"]\n',
    ),
    "from a stage": (
        "COPY --from=x /a.sh /\nRUN chmod 755 /a.sh\n",
        "COPY --from=x --chmod=755 /a.sh /\n",
    ),
    "heredoc": (
        "COPY <<EOF /a.sh\n#!/bin/sh\nEOF\nRUN chmod u+x /a.sh\n",
        "COPY --chmod=744 <<EOF /a.sh\n#!/bin/sh\nEOF\n",
    ),
    "fetched": (
        "ADD https://example.com/tool /usr/bin/tool\nRUN chmod +x /usr/bin/tool\n",
        "ADD --chmod=711 https://example.com/tool /usr/bin/tool\n",
    ),
    "owner": (
        "COPY a.cnf /etc/\nRUN chown www-data:www-data /etc/a.cnf\n",
        "COPY --chown=www-data:www-data a.cnf /etc/\n",
    ),
    "owner without a group": (
        "COPY a.cnf /etc/\nRUN chown www-data /etc/a.cnf\n",
        "COPY --chown=www-data:0 a.cnf /etc/\n",
    ),
    "group": (
        "COPY a.cnf /etc/\nRUN chgrp adm /etc/a.cnf\n",
        "COPY --chown=0:adm a.cnf /etc/\n",
    ),
    "owner of a new folder": (
        "COPY . /app/\nRUN chown -R www-data:www-data /app\n",
        "COPY --chown=www-data:www-data . /app/\n",
    ),
    "owner of a new folder beside others": (
        "RUN useradd -m app\nCOPY run.sh /\nCOPY . /app\nRUN chown -R app:app /app\n",
        "RUN useradd -m app\nCOPY run.sh /\nCOPY --chown=app:app . /app\n",
    ),
    "owner of a new folder of a stage": (
        "COPY --from=x /out /srv/app\nRUN chown -R 33:33 /srv/app\n",
        "COPY --from=x --chown=33:33 /out /srv/app\n",
    ),
    "parent made before": (
        "RUN mkdir -p /n/m\nCOPY a.sh /n/m/a.sh\nRUN chown 33:33 /n/m/a.sh\n",
        "RUN mkdir -p /n/m\nCOPY --chown=33:33 a.sh /n/m/a.sh\n",
    ),
}
X = "FROM debian:12 AS x\n"


@pytest.mark.parametrize("case", FIXED)
def test_fixed(case: str) -> None:
    before, after = FIXED[case]
    check_fixed(NAME, X + F + before, X + F + after, level=Level.STANDARD)


def test_nothing_is_safe_without_a_context() -> None:
    text = NEW + "COPY a.sh /\nRUN chmod +x /a.sh\n"
    assert run(NAME, text, level=Level.SAFE).after == text.encode()
    guessed = Files({"a.sh": 0o644}, guessed=True)
    assert run(NAME, text, level=Level.SAFE, evidence=guessed).after == text.encode()


def test_a_context_makes_it_safe() -> None:
    files = Files({"a": 0o700})
    before = "COPY a /usr/bin/\nRUN chmod g+rx /usr/bin/a\n"
    after = "COPY --chmod=750 a /usr/bin/\n"
    check_fixed(NAME, NEW + before, NEW + after, level=Level.SAFE, evidence=files)
    # Without a frontend or another sign of BuildKit, --chmod may not be known.
    assert run(NAME, F + before, level=Level.SAFE, evidence=files).after == (F + before).encode()
    owner = "COPY a /usr/bin/\nRUN chown 33:33 /usr/bin/a\n"
    owned = "COPY --chown=33:33 a /usr/bin/\n"
    check_fixed(NAME, F + owner, F + owned, level=Level.SAFE, evidence=files)


@pytest.mark.parametrize(
    ("above", "owner", "safe"),
    [
        ("", "www-data:adm", True),
        ("", "nobody:nogroup", True),
        ("", "root:www-data", True),
        # Debian has no such group, and no such account.
        ("", "nobody:nobody", False),
        ("", "nogroup:nogroup", False),
        ("", "app:0", False),
        ("", "0:app", False),
        ("RUN useradd app\n", "app:0", True),
        ("RUN useradd app\n", "app:app", False),
        ("RUN groupadd app && useradd -g app app\n", "app:app", True),
        ("RUN useradd app || true\n", "app:0", False),
        ("RUN userdel games\n", "games:0", False),
        ("RUN usermod -u 5 games\n", "7:5", True),
    ],
)
def test_a_name_that_there_is_not_makes_chown_fail(above: str, owner: str, safe: bool) -> None:
    files = Files({"a": 0o644})
    before = f"{F}{above}COPY a /usr/bin/\nRUN chown {owner} /usr/bin/a\n"
    after = f"{F}{above}COPY --chown={owner} a /usr/bin/\n"
    result = run(NAME, before, level=Level.SAFE, evidence=files)
    assert result.after.decode() == (after if safe else before)
    check_fixed(NAME, before, after, level=Level.STANDARD, evidence=files)


def test_a_name_of_a_base_that_is_not_known() -> None:
    files = Files({"a": 0o644})
    before = "FROM alpine:3.20\nCOPY a /etc/\nRUN chown www-data /etc/a\n"
    assert run(NAME, before, level=Level.SAFE, evidence=files).after == before.encode()


def test_a_folder_by_the_context() -> None:
    text = F + "COPY a /opt/\nRUN chmod 755 /opt/a\n"
    check_refused(NAME, text, "several modes", evidence=Files(folders=frozenset({"a"})))


def test_a_name_without_an_ending_is_an_assumption() -> None:
    before, after = "COPY a /opt/\nRUN chmod 755 /opt/a\n", "COPY --chmod=755 a /opt/\n"
    assert run(NAME, F + before, level=Level.STANDARD).after == (F + before).encode()
    check_fixed(NAME, F + before, F + after, level=Level.AGGRESSIVE)


@pytest.mark.parametrize("mode", ["+x", "a+x", "755", "0755", "555", "644", "600", "0444", "400"])
def test_a_mode_that_only_a_file_is_given(mode: str) -> None:
    text = F + f"COPY a /opt/a\nRUN chmod {mode} /opt/a\n"
    after = run(NAME, text, level=Level.AGGRESSIVE).after.decode()
    assert after.startswith(F + "COPY --chmod=")


@pytest.mark.parametrize(
    "mode", ["777", "0777", "775", "770", "700", "750", "711", "a+rwx", "a=rx"]
)
@pytest.mark.parametrize("place", ["/opt/", "/opt/a"])
def test_a_mode_that_a_folder_may_be_given(mode: str, place: str) -> None:
    text = F + f"COPY a {place}\nRUN chmod {mode} /opt/a\n"
    assert run(NAME, text, level=Level.AGGRESSIVE).after == text.encode()


def test_a_folder_may_be_given_away_without_what_is_in_it() -> None:
    text = F + "COPY a /opt/\nRUN chown 33:33 /opt/a\n"
    assert run(NAME, text, level=Level.AGGRESSIVE).after == text.encode()
    before, after = "COPY a /bin/\nRUN chown 33:33 /bin/a\n", "COPY --chown=33:33 a /bin/\n"
    check_fixed(NAME, F + before, F + after, level=Level.AGGRESSIVE)


def test_the_parent_is_not_known_without_the_base_image() -> None:
    text = "FROM me/base\nCOPY a.sh /opt/a.sh\nRUN chown 33:33 /opt/a.sh\n"
    check_refused(NAME, text, "/opt may be made by the COPY")
