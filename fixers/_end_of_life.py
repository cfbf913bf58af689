"""When releases of well-known official images stopped getting corrections, each with its source.

A release is named as the tags of its image begin: `3.9` stands for `3.9`, `3.9.1` and `3.9-slim`.
What is not named here is not known to have ended. Months are those of the makers' own pages.
"""

import re

from msgspec import Struct

from dfix import ImageReference, regex


class Ended(Struct, frozen=True):
    """A release that gets no more corrections: since when (`YYYY-MM`), and who says so."""

    what: str
    since: str
    source: str


class _Line(Struct, frozen=True):
    """The releases of one image that ended, each with its month."""

    source: str
    releases: dict[str, str]


def _table(text: str) -> dict[str, str]:
    """`release[,other-name] month` pairs."""
    words = text.split()
    return {
        name: month
        for names, month in zip(words[::2], words[1::2], strict=True)
        for name in names.split(",")
    }


_LINES = {
    "alpine": _Line(
        "https://alpinelinux.org/releases/",
        _table(
            """2 2017-05  3.0 2016-05  3.1 2016-11  3.2 2017-05  3.3 2017-11  3.4 2018-05
            3.5 2018-11  3.6 2019-05  3.7 2019-11  3.8 2020-05  3.9 2020-11  3.10 2021-05
            3.11 2021-11  3.12 2022-05  3.13 2022-11  3.14 2023-05  3.15 2023-11  3.16 2024-05
            3.17 2024-11  3.18 2025-05  3.19 2025-11  3.20 2026-04
            3.21 2026-11"""
        ),
    ),
    "amazonlinux": _Line(
        "https://docs.aws.amazon.com/linux/al2/ug/what-is-amazon-linux.html",
        _table("1 2023-12  2016 2023-12  2017 2023-12  2018 2023-12  2 2026-06"),
    ),
    "centos": _Line(
        "https://www.centos.org/centos-linux-eol/",
        _table(
            """latest 2021-12  5,centos5 2017-03  6,centos6 2020-11  7,centos7 2024-06
            8,centos8 2021-12"""
        ),
    ),
    "debian": _Line(
        "https://wiki.debian.org/DebianReleases",
        _table(
            """squeeze,6 2016-02  wheezy,7 2018-05  jessie,8 2020-06  stretch,9 2022-06
            buster,10 2024-06  bullseye,11 2026-08"""
        ),
    ),
    "fedora": _Line(
        "https://docs.fedoraproject.org/en-US/releases/eol/",
        _table(
            """20 2015-06  21 2015-12  22 2016-07  23 2016-12  24 2017-08  25 2017-12  26 2018-05
            27 2018-11  28 2019-05  29 2019-11  30 2020-05  31 2020-11  32 2021-05  33 2021-11
            34 2022-06  35 2022-12  36 2023-05  37 2023-12  38 2024-05  39 2024-11  40 2025-05
            41 2025-12  42 2026-05"""
        ),
    ),
    "golang": _Line(
        "https://go.dev/doc/devel/release",
        _table(
            """1.2 2015-02  1.3 2015-08  1.4 2016-02  1.5 2016-08  1.6 2017-02  1.7 2017-08
            1.8 2018-02  1.9 2018-08  1.10 2019-02  1.11 2019-09  1.12 2020-02  1.13 2020-08
            1.14 2021-02  1.15 2021-08  1.16 2022-03  1.17 2022-08  1.18 2023-02  1.19 2023-08
            1.20 2024-02  1.21 2024-08  1.22 2025-02  1.23 2025-08  1.24 2026-02"""
        ),
    ),
    "mongo": _Line(
        "https://www.mongodb.com/legal/support-policy/lifecycles",
        _table(
            """2.6 2016-10  3.0 2018-02  3.2 2018-09  3.4 2020-01  3.6 2021-04  4.0 2022-04
            4.2 2023-04  4.4 2024-02  5.0 2024-10  6.0 2025-07"""
        ),
    ),
    "mysql": _Line(
        "https://www.mysql.com/support/eol-notice.html",
        _table("5.5 2018-12  5.6 2021-02  5.7 2023-10  8.0 2026-04"),
    ),
    "node": _Line(
        "https://nodejs.org/en/about/previous-releases",
        _table(
            """0.10 2016-10  0.12 2016-12  4,argon 2018-04  5 2016-06  6,boron 2019-04  7 2017-06
            8,carbon 2019-12  9 2018-06  10,dubnium 2021-04  11 2019-06  12,erbium 2022-04
            13 2020-06  14,fermium 2023-04  15 2021-06  16,gallium 2023-09  17 2022-06
            18,hydrogen 2025-04  19 2023-06  20,iron 2026-04  21 2024-06  23 2025-06"""
        ),
    ),
    "php": _Line(
        "https://www.php.net/eol.php",
        _table(
            """5 2018-12  5.3 2014-08  5.4 2015-09  5.5 2016-07  5.6 2018-12  7 2022-11
            7.0 2019-01  7.1 2019-12  7.2 2020-11  7.3 2021-12  7.4 2022-11  8.0 2023-11
            8.1 2025-12"""
        ),
    ),
    "postgres": _Line(
        "https://www.postgresql.org/support/versioning/",
        _table(
            """9 2021-11  9.0 2015-10  9.1 2016-10  9.2 2017-11  9.3 2018-11  9.4 2020-02
            9.5 2021-02  9.6 2021-11  10 2022-11  11 2023-11  12 2024-11  13 2025-11
            14 2026-11"""
        ),
    ),
    "python": _Line(
        "https://devguide.python.org/versions/",
        _table(
            """2 2020-01  3.2 2016-02  3.3 2017-09  3.4 2019-03  3.5 2020-09  3.6 2021-12
            3.7 2023-06  3.8 2024-10  3.9 2025-10  3.10 2026-10"""
        ),
    ),
    "ruby": _Line(
        "https://www.ruby-lang.org/en/downloads/branches/",
        _table(
            """1.9 2015-02  2 2023-03  2.0 2016-02  2.1 2017-03  2.2 2018-03  2.3 2019-03
            2.4 2020-03  2.5 2021-03  2.6 2022-04  2.7 2023-03  3.0 2024-04  3.1 2025-03
            3.2 2026-03"""
        ),
    ),
    "tomcat": _Line(
        "https://tomcat.apache.org/whichversion.html",
        _table("6 2016-12  7 2021-03  8.0 2018-06  8.5 2024-03"),
    ),
    "ubuntu": _Line(
        "https://ubuntu.com/about/release-cycle",
        _table(
            """lucid,10.04 2015-04  precise,12.04 2017-04  trusty,14.04 2019-04
            utopic,14.10 2015-07  vivid,15.04 2016-02  wily,15.10 2016-07  xenial,16.04 2021-04
            yakkety,16.10 2017-07  zesty,17.04 2018-01  artful,17.10 2018-07
            bionic,18.04 2023-05  cosmic,18.10 2019-07  disco,19.04 2020-01  eoan,19.10 2020-07
            focal,20.04 2025-05  groovy,20.10 2021-07  hirsute,21.04 2022-01
            impish,21.10 2022-07  kinetic,22.10 2023-07  lunar,23.04 2024-01
            mantic,23.10 2024-07  oracular,24.10 2025-07  plucky,25.04 2026-01
            questing,25.10 2026-07"""
        ),
    ),
}
#: Images that are no longer published under this name, and what their pages say to take.
_RETIRED = {
    "adoptopenjdk": ("2021-08", "eclipse-temurin"),
    "django": ("2016-12", "python"),
    "iojs": ("2015-09", "node"),
    "java": ("2017-01", "eclipse-temurin"),
    "jenkins": ("2018-07", "jenkins/jenkins"),
    "openjdk": ("2022-07", "eclipse-temurin or another build of the JDK"),
    "rails": ("2016-12", "ruby"),
}
#: The early versions of these that are still published have no releases to take their place.
_STILL = {"openjdk": re.compile(r"(?:19|[2-9][0-9])(?:[.-].*)?")}
_ALPINE = regex(r"alpine(3\.[0-9]+)(?:\.[0-9]+)?")


def ended(image: ImageReference) -> Ended | None:
    """Why an official image gets no more corrections; None where nothing is known to have ended."""
    name, tag = image.familiar_name, image.tag or "latest"
    if not image.is_official:
        return None
    line = _LINES.get(name)
    if line is not None and (release := _release(tag, line.releases)):
        return Ended(f"{name} {release}", line.releases[release], line.source)
    if name in _RETIRED and not (name in _STILL and _STILL[name].fullmatch(tag)):
        since, instead = _RETIRED[name]
        source = f"https://hub.docker.com/_/{name}"
        return Ended(f"the image {name}, which {instead} replaces,", since, source)
    return _built_on(tag)


def _release(tag: str, releases: dict[str, str]) -> str:
    """The longest release that a tag begins with; empty for none."""
    return max(
        (each for each in releases if tag == each or tag.startswith((f"{each}.", f"{each}-"))),
        key=len,
        default="",
    )


def _built_on(tag: str) -> Ended | None:
    """The distribution that a later word of a tag names: `buster` in `3.12-slim-buster`."""
    for word in tag.split("-")[1:]:
        found = _ALPINE.fullmatch(word)
        line = _LINES["alpine"]
        if found and found[1] in line.releases:
            return Ended(f"alpine {found[1]}", line.releases[found[1]], line.source)
        for name in ("debian", "ubuntu"):
            line = _LINES[name]
            if word.isalpha() and word in line.releases:
                return Ended(f"{name} {word}", line.releases[word], line.source)
    return None
