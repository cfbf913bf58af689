"""Facts about base images: what is not known stays None, and what was not read carries less."""

import pytest

from dfix.image import ImageReference
from dfix.resolve.bases import BaseFacts, KnownUser, base_facts

SHA256 = "a" * 64

NOBODY = KnownUser("nobody", 65534, 65534)
WWW_DATA = KnownUser("www-data", 33, 33)


def facts(text: str) -> BaseFacts:
    found = maybe_facts(text)
    assert found is not None, text
    return found


def maybe_facts(text: str) -> BaseFacts | None:
    image = ImageReference.parse(text)
    assert image is not None, text
    return base_facts(image)


@pytest.mark.parametrize(
    "text",
    [
        pytest.param("myorg/app", id="private"),
        pytest.param("myorg/alpine:3.20", id="another-alpine"),
        pytest.param("ghcr.io/alpine:3.20", id="other-registry"),
        pytest.param("mirror.gcr.io/library/node:22", id="mirror"),
        pytest.param("public.ecr.aws/docker/library/node:22", id="mirror-ecr"),
        pytest.param("myorg/scratch", id="another-scratch"),
        pytest.param("percona:8.0", id="official-but-not-read"),
        pytest.param("tomcat:9-alpine", id="another-system-once"),
        pytest.param("julia:1.3-alpine3.10", id="another-system-with-a-version"),
        pytest.param("mysql:8-debian", id="another-distribution"),
        pytest.param("node:10-windowsservercore", id="windows-of-a-linux-image"),
        pytest.param("gcr.io/distroless/static-debian11", id="distroless-that-left"),
        pytest.param(f"alpine@sha256:{SHA256}", id="digest-alone"),
        pytest.param(f"docker.io/library/node@sha256:{SHA256}", id="digest-alone-in-full"),
    ],
)
def test_nothing_is_known(text: str) -> None:
    assert maybe_facts(text) is None


def test_with_a_tag_the_digest_does_not_matter() -> None:
    assert maybe_facts(f"node:22-alpine@sha256:{SHA256}") == facts("node:22-alpine")


@pytest.mark.parametrize(
    "text", ["node:22", "docker.io/node:22", "library/node:22", "index.docker.io/library/node:22"]
)
def test_the_hub_is_told_by_any_of_its_names(text: str) -> None:
    assert facts(text) == facts("node:22")


def test_no_tag_is_latest() -> None:
    assert facts("nginx") == facts("nginx:latest")
    assert facts("nginx").family == "debian"


def test_scratch() -> None:
    scratch = facts("scratch")
    assert (scratch.family, scratch.shell, scratch.package_manager) == ("scratch", "none", "none")
    assert (scratch.default_user, scratch.users) == ("root", ())
    assert (scratch.entrypoint, scratch.cmd) == ((), ())
    assert not scratch.extrapolated


def test_read_alpine_variant() -> None:
    node = facts("node:22-alpine")
    assert node == BaseFacts(
        image="node",
        family="alpine",
        package_manager="apk",
        default_user="root",
        shell="busybox ash",
        bash=False,
        entrypoint=("docker-entrypoint.sh",),
        cmd=("node",),
        workdir="/",
        stopsignal="",
        init="none",
        drops_privileges="none",
        users=(NOBODY, KnownUser("node", 1000, 1000)),
        user_tools=("adduser(busybox)",),
        tools_installed=(),
        expose=(),
        volume=(),
        extrapolated=False,
        default_shell=(),
    )


def test_read_debian_image() -> None:
    postgres = facts("postgres:17-bookworm")
    assert not postgres.extrapolated
    assert (postgres.shell, postgres.bash, postgres.package_manager) == ("dash", True, "apt")
    assert postgres.entrypoint == ("docker-entrypoint.sh",)
    assert postgres.cmd == ("postgres",)
    assert postgres.stopsignal == "SIGINT"
    assert postgres.drops_privileges == "gosu"
    assert postgres.expose == ("5432",)
    assert postgres.volume == ("/var/lib/postgresql/data",)
    assert "gosu" in postgres.tools_installed
    assert postgres.users == (WWW_DATA, NOBODY, KnownUser("postgres", 999, 999))


@pytest.mark.parametrize(
    ("text", "family", "package_manager"),
    [
        pytest.param("golang:1.7.3", "debian", "apt", id="golang"),
        pytest.param("maven:3.5.0-jdk-8-alpine", "alpine", "apk", id="maven-alpine"),
        pytest.param("openjdk:8-jre-alpine", "alpine", "apk", id="openjdk-alpine"),
        pytest.param("centos:8", "rhel", "yum", id="centos"),
        pytest.param("debian:jessie", "debian", "apt", id="debian"),
        pytest.param("python:3.9-slim", "debian", "apt", id="python"),
        pytest.param("registry.access.redhat.com/ubi9/ubi:9.4", "rhel", "dnf", id="ubi"),
        pytest.param("opensuse/leap:15.6", "suse", "zypper", id="only-known-from-its-children"),
        pytest.param("quay.io/centos/centos:stream9", "rhel", None, id="package-manager-not-read"),
    ],
)
def test_extrapolated_family_and_package_manager_hold(
    text: str, family: str, package_manager: str | None
) -> None:
    found = facts(text)
    assert found.extrapolated
    assert (found.family, found.package_manager) == (family, package_manager)


@pytest.mark.parametrize(
    "text",
    [
        "registry.access.redhat.com/ubi9/ubi",
        "redhat/ubi9-minimal:9.4",
        "opensuse/leap",
        "mcr.microsoft.com/windows/servercore:ltsc2022",
        "golang:1.11-nanoserver",
    ],
)
def test_nothing_else_is_told_where_no_build_file_was_read(text: str) -> None:
    found = facts(text)
    assert found.extrapolated
    assert found == BaseFacts(
        image=found.image,
        family=found.family,
        package_manager=found.package_manager,
        default_shell=(),
    )


def test_a_windows_build_that_was_read_has_no_user_shell_or_command() -> None:
    found = facts("golang:nanoserver")
    assert (found.family, found.package_manager) == ("windows", "none")
    assert (found.default_user, found.shell) == (None, None)
    assert (found.entrypoint, found.cmd) == (None, None)


def test_extrapolated_values_are_those_that_all_variants_share() -> None:
    old = facts("node:16-alpine3.15")
    assert old.extrapolated
    assert old.family == "alpine"
    # The same in the Alpine and the Debian variants.
    assert old.default_user == "root"
    assert old.entrypoint == ("docker-entrypoint.sh",)
    assert old.cmd == ("node",)
    assert old.workdir == "/"
    assert old.init == old.drops_privileges == "none"
    # Not the same in them.
    assert old.shell is None
    assert old.bash is None
    assert old.users == (NOBODY, KnownUser("node", 1000, 1000))
    assert old.user_tools == ()


def test_another_version_read_in_its_place_is_not_the_tag_itself() -> None:
    alpine = facts("alpine:3.24")
    assert alpine.extrapolated
    # There is but one row, with which all others agree.
    assert alpine == facts("alpine:3.12")
    assert (alpine.default_user, alpine.shell, alpine.cmd) == ("root", "busybox ash", ("/bin/sh",))
    assert alpine.entrypoint == ()


def test_a_row_that_was_not_read_adds_nothing_of_its_own() -> None:
    ubuntu = facts("ubuntu:24.04")
    assert ubuntu.extrapolated
    assert (ubuntu.default_user, ubuntu.shell, ubuntu.bash) == ("root", "dash", True)
    assert ubuntu.entrypoint == ()
    # Its row and the one that was read, of older releases, do not agree on these.
    assert ubuntu.cmd is None
    assert ubuntu.users == (WWW_DATA, NOBODY)
    assert ubuntu.user_tools == ("useradd",)


def test_the_older_ubuntu_was_read() -> None:
    ubuntu = facts("ubuntu:22.04")
    assert not ubuntu.extrapolated
    assert ubuntu.cmd == ("bash",)
    assert ubuntu.user_tools == ("useradd", "adduser")


def test_not_all_tags_of_the_row_were_read() -> None:
    maven = facts("maven:3.9-eclipse-temurin-21")
    assert maven.extrapolated
    assert maven.default_user == "root"


@pytest.mark.parametrize(
    ("text", "extrapolated", "default_user"),
    [
        pytest.param("gcr.io/distroless/static", False, "root", id="latest"),
        pytest.param("gcr.io/distroless/static:nonroot", False, "65532", id="nonroot"),
        pytest.param("gcr.io/distroless/static:debug-nonroot", False, "65532", id="debug-nonroot"),
        pytest.param("gcr.io/distroless/java:11", True, None, id="version-without-a-folder"),
        pytest.param("mcr.microsoft.com/dotnet/aspnet:8.0", False, "root", id="line"),
        pytest.param("mcr.microsoft.com/dotnet/aspnet:8.0-alpine", False, "root", id="alpine"),
        pytest.param("mcr.microsoft.com/dotnet/aspnet:10.0", False, "root", id="newest-line"),
        pytest.param(
            "mcr.microsoft.com/dotnet/aspnet:9.0-noble-chiseled", False, "1654", id="chiseled"
        ),
        pytest.param("mcr.microsoft.com/dotnet/aspnet:3.1", True, None, id="line-that-left"),
        pytest.param("mcr.microsoft.com/dotnet/aspnet:3.1-alpine", True, None, id="left-alpine"),
        pytest.param("nginxinc/nginx-unprivileged", True, "101", id="build-file-is-old"),
        pytest.param("valkey/valkey:8.0", False, "root", id="folder-of-the-line"),
        pytest.param("valkey/valkey:9.0", True, "root", id="no-folder-of-the-line"),
        pytest.param("jenkins/jenkins:lts-jdk21", False, "jenkins", id="floating"),
        pytest.param("jenkins/jenkins:2.440", True, "jenkins", id="version"),
    ],
)
def test_images_whose_tags_are_listed_nowhere(
    text: str, extrapolated: bool, default_user: str | None
) -> None:
    found = facts(text)
    assert found.extrapolated is extrapolated
    assert found.default_user == default_user


@pytest.mark.parametrize(
    ("text", "entrypoint", "cmd"),
    [
        pytest.param("debian:trixie", (), ("bash",), id="no-entrypoint"),
        pytest.param("eclipse-temurin:21-jre", ("/__cacert_entrypoint.sh",), (), id="no-cmd"),
        pytest.param("gcr.io/distroless/static", (), (), id="neither"),
        pytest.param("gcr.io/distroless/python3", None, (), id="expression-of-a-build-system"),
        pytest.param("perl:slim", (), None, id="holds-a-version"),
        pytest.param("cgr.dev/chainguard/nginx", ("/usr/sbin/nginx",), None, id="torn-quotes"),
        pytest.param("cgr.dev/chainguard/jdk", None, None, id="neither-was-read"),
        pytest.param("bitnami/node", None, ("node",), id="parent-not-read"),
        pytest.param("swift:rhel-ubi9", None, None, id="parent-known-from-its-children"),
    ],
)
def test_no_command_and_unknown_command_are_told_apart(
    text: str, entrypoint: tuple[str, ...] | None, cmd: tuple[str, ...] | None
) -> None:
    found = facts(text)
    assert found.entrypoint == entrypoint
    assert found.cmd == cmd


def test_workdir_with_a_version_in_it_is_not_known() -> None:
    assert facts("zookeeper").workdir is None
    assert facts("golang").workdir == "/go"


@pytest.mark.parametrize(
    ("text", "user"),
    [
        pytest.param("jenkins/agent", KnownUser("jenkins", 1000, 1000), id="both-numbers"),
        pytest.param("adminer", KnownUser("adminer", None, None), id="numbers-not-fixed"),
        pytest.param("quay.io/jupyter/base-notebook", KnownUser("jovyan", 1000, None), id="no-gid"),
    ],
)
def test_user_numbers_that_no_file_fixes_are_none(text: str, user: KnownUser) -> None:
    assert user in facts(text).users


def test_the_users_hold_no_root() -> None:
    assert all(user.name != "root" for user in facts("cgr.dev/chainguard/docker-dind").users)


@pytest.mark.parametrize(
    ("text", "user"),
    [
        ("jenkins/agent", "jenkins"),
        ("haproxy:3.2", "haproxy"),
        ("elasticsearch:9.5.2", "1000:0"),
        ("selenium/base", "1200:1201"),
    ],
)
def test_default_user_is_as_its_last_instruction_has_it(text: str, user: str) -> None:
    assert facts(text).default_user == user


@pytest.mark.parametrize(
    ("text", "shell"),
    [
        ("quay.io/jupyter/scipy-notebook", ("/bin/bash", "-o", "pipefail", "-c")),
        ("odoo", ("/bin/bash", "-xo", "pipefail", "-c")),
        ("odoo:9", None),
        ("debian:jessie", ()),
    ],
)
def test_some_images_set_a_shell_for_their_children(
    text: str, shell: tuple[str, ...] | None
) -> None:
    assert facts(text).default_shell == shell
