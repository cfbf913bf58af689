"""What COPY and ADD bring in."""

import pytest

from dfix.plan import Symbolic, Transfer
from tests.plan.reading import config, last, of_kind, planned, transfer


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        pytest.param("ADD a.tar /x", "unknown", id="archive-by-its-name"),
        pytest.param("ADD a /x", "unknown", id="any-file"),
        pytest.param("ADD d/* /x", "unknown", id="glob"),
        pytest.param("ADD $A /x", "unknown", id="variable"),
        pytest.param("ADD . https://x/y /x/", "unknown", id="mixed"),
        pytest.param("ADD github.com/x /x", "unknown", id="local-path"),
        pytest.param("ADD ./x.git /x", "unknown", id="local-git"),
        pytest.param("ADD . /x", "copy", id="context"),
        pytest.param("ADD ./ /x", "copy", id="context-with-slash"),
        pytest.param("ADD / /x", "copy", id="context-from-its-root"),
        pytest.param('ADD [".", "/x"]', "copy", id="array"),
        pytest.param("ADD https://x/y /x", "fetch", id="url"),
        pytest.param("ADD HTTP://x/y /x", "fetch", id="url-in-capitals"),
        pytest.param("ADD https://x/y.git /x", "clone", id="git-by-url"),
        pytest.param("ADD https://x/y.git#v1:d /x", "clone", id="git-with-a-ref"),
        pytest.param("ADD git@x:y/z /x", "clone", id="git-by-ssh"),
        pytest.param("ADD --unpack https://x/y /x", "unpack", id="unpack"),
        pytest.param("ADD --unpack=false a.tar /x", "copy", id="no-unpack"),
        pytest.param("ADD --unpack=false https://x/y /x", "fetch", id="no-unpack-of-a-url"),
        pytest.param("ADD --unpack=$U a.tar /x", "unknown", id="unpack-by-a-variable"),
        pytest.param("COPY a.tar /x", "copy", id="copy"),
    ],
)
def test_what_it_does(line: str, expected: str) -> None:
    assert transfer(line).does == expected


def test_a_heredoc_is_copied() -> None:
    found = of_kind(last("ADD <<EOF a.tar", "x $A", "EOF").effects[0], Transfer)
    assert found.does == "copy"


@pytest.mark.parametrize(
    ("destination", "expected"),
    [
        pytest.param("/x", "/x", id="absolute"),
        pytest.param("/x/", "/x/", id="slash"),
        pytest.param("x", "/w/x", id="relative"),
        pytest.param("x/", "/w/x/", id="relative-slash"),
        pytest.param(".", "/w/", id="dot"),
        pytest.param("./", "/w/", id="dot-slash"),
        pytest.param("../x", "/x", id="up"),
        pytest.param("$A", Symbolic("${A}"), id="unknown"),
    ],
)
def test_destinations(destination: str, expected: str) -> None:
    assert transfer(f"COPY a {destination}").destination == expected


def test_a_destination_below_an_unknown_directory() -> None:
    found = of_kind(last("COPY a ./b/").effects[0], Transfer)
    assert found.destination == Symbolic("<base>/b/")
    assert config("COPY a b").workdir is None


def test_flags() -> None:
    found = transfer(
        "COPY --chown=a:b --chmod=755 --link --exclude=*.md --exclude=x --parents a b /x/"
    )
    assert (found.owner, found.mode, found.link, found.parents) == ("a:b", "755", True, True)
    assert (found.excludes, found.sources) == (("*.md", "x"), ("a", "b"))


def test_flags_that_are_off_or_not_known() -> None:
    found = transfer("ADD --link=false --checksum=sha256:a --keep-git-dir --new=1 a /x/")
    assert (found.link, found.checksum) == (False, "sha256:a")
    assert found.flags == ("--new=1", "--keep-git-dir=true")


@pytest.mark.parametrize(
    ("name", "expected"),
    [("build", "stage 0"), ("BUILD", "stage 0"), ("0", "stage 0"), ("alpine:3", "alpine:3")],
)
def test_where_it_copies_from(name: str, expected: str) -> None:
    found = of_kind(
        planned("FROM a AS Build", "FROM b", f"COPY --from={name} /x /x").stages[1].effects[0],
        Transfer,
    )
    assert found.origin == expected


@pytest.mark.parametrize("opening", ["<<EOF", "<< EOF", '<<"EOF"', "<<-EOF"])
def test_heredocs_are_documents(opening: str) -> None:
    found = of_kind(
        last("ENV A=1", f"COPY {opening} s /x/", "a $A ${B}", "EOF").effects[0], Transfer
    )
    (document,) = found.documents
    assert found.sources == ("s",)
    assert (document.name, document.content) == ("EOF", "a $A ${B}\n")
    assert document.bindings == (None if '"' in opening else (("A", "1"), ("B", None)))


def test_words_and_array_are_the_same() -> None:
    assert transfer("COPY a b /x/") == transfer('COPY ["a", "b", "/x/"]')
    assert transfer("COPY a b /x/") != transfer("COPY b a /x/")
