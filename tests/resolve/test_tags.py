"""Pins of floating tags; every answer was looked up by hand in the library files of that day."""

import pytest

from dfix.image import ImageReference
from dfix.resolve.tags import (
    Pin,
    Policy,
    Unpinned,
    current_tags,
    is_floating,
    is_of_line,
    pin,
    table_date,
)

SHA256 = "a" * 64


def answer(text: str, policy: Policy) -> Pin | Unpinned:
    image = ImageReference.parse(text)
    assert image is not None, text
    return pin(image, policy)


@pytest.mark.parametrize(
    "tag",
    [
        "3",
        "3.12",
        "v2",
        "v3.7.11",
        "1.7.3",
        "16-alpine3.15",
        "8-jre-alpine",
        "3.5.0-jdk-8-alpine",
        "22-slim",
        "2023",
        "20240923",
        "noble-20260810",
        "bookworm-20260803-slim",
        "tip-20260815",
        "otp-29",
        "temurin-25-lein",
        "cli-2.12",
        "alpine-3.22",
        "base-20260816.0.574111",
        "RELEASE.2021-06-17T00-06-46Z",
        "release-1.4",
        "build123",
        "sha-0a1b2c3",
        "ltsc2022",
        "p11",
        "r45",
    ],
)
def test_does_not_float(tag: str) -> None:
    assert not is_floating(tag)


@pytest.mark.parametrize(
    "tag",
    [
        None,
        "latest",
        "stable",
        "edge",
        "lts",
        "lts-alpine3.23",
        "mainline-alpine-perl",
        "alpine",
        "alpine3.19",
        "slim",
        "slim-bookworm",
        "fpm-alpine",
        "bookworm",
        "jdk21",
        "jre25-temurin-noble",
        "php8.5-fpm",
        "scala_2.12-java17",
        "nonroot",
        "nightly",
    ],
)
def test_floats(tag: str | None) -> None:
    assert is_floating(tag)


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        pytest.param("golang:1.7.3", "holds a version", id="patch"),
        pytest.param("alpine:3.12", "holds a version", id="minor"),
        pytest.param("node:22", "holds a version", id="major"),
        pytest.param("maven:3.5.0-jdk-8-alpine", "holds a version", id="variant"),
        pytest.param("openjdk:8-jre-alpine", "holds a version", id="jre"),
        pytest.param("node:16-alpine3.15", "holds a version", id="alpine-version"),
        pytest.param("centos:8", "holds a version", id="centos"),
        pytest.param("traefik:v2", "holds a version", id="v"),
        pytest.param("ubuntu:noble-20260810", "holds a version", id="dated"),
        pytest.param("alpine:20260805", "holds a version", id="date"),
        pytest.param("postgres:19beta3", "holds a version", id="beta"),
        pytest.param("openjdk:28-ea", "holds a version", id="early-access"),
        pytest.param(f"alpine@sha256:{SHA256}", "digest", id="digest"),
        pytest.param(f"alpine:latest@sha256:{SHA256}", "digest", id="latest-with-digest"),
        pytest.param("bitnami/node", "no evidence", id="not-official"),
        pytest.param("myorg/app:latest", "no evidence", id="private"),
        pytest.param("ghcr.io/alpine", "no evidence", id="other-registry"),
        pytest.param("public.ecr.aws/docker/library/alpine", "no evidence", id="mirror-ecr"),
        pytest.param("mirror.gcr.io/library/alpine:latest", "no evidence", id="mirror-gcr"),
        pytest.param("localhost:5000/alpine", "no evidence", id="local"),
        pytest.param("gcr.io/distroless/static:nonroot", "no evidence", id="distroless"),
        pytest.param("mcr.microsoft.com/windows/servercore", "no evidence", id="windows-base"),
        pytest.param("centos", "no evidence", id="retired"),
        pytest.param("centos:latest", "no evidence", id="retired-latest"),
        pytest.param("java:latest", "no evidence", id="retired-java"),
        pytest.param("scratch", "no evidence", id="scratch"),
        pytest.param("mongo", "no such tag", id="latest-in-no-entry"),
        pytest.param("openjdk", "no such tag", id="latest-gone"),
        pytest.param("rockylinux:latest", "no such tag", id="rocky-never-has-latest"),
        pytest.param("oraclelinux", "no such tag", id="oracle-never-has-latest"),
        pytest.param("elasticsearch:latest", "no such tag", id="elastic-never-has-latest"),
        pytest.param("node:alpine3.19", "no such tag", id="variant-left"),
        pytest.param("python:buster", "no such tag", id="code-name-left"),
        pytest.param("alpine:slim", "no such tag", id="variant-that-never-was"),
        pytest.param("alpine:edge", "same variant", id="only-a-date"),
        pytest.param("golang:tip-alpine", "same variant", id="tip"),
        pytest.param("bash:devel", "same variant", id="bash-devel"),
        pytest.param("debian:stable", "same variant", id="channel-with-a-date-only"),
        pytest.param("debian:sid-slim", "same variant", id="sid"),
        pytest.param("fedora:rawhide", "same variant", id="rawhide"),
        pytest.param("archlinux", "same variant", id="dates-alone"),
        pytest.param("clearlinux:latest", "same variant", id="words-alone"),
        pytest.param("clojure", "same variant", id="latest-alone"),
        pytest.param("spark", "same variant", id="plain-version-is-another-build"),
        pytest.param("fluentd", "same variant", id="suffixed-versions-alone"),
        pytest.param("hello-world", "same variant", id="no-versions"),
        pytest.param("buildpack-deps:stable", "same variant", id="channel-without-versions"),
        pytest.param("open-liberty:full", "same variant", id="edition"),
        pytest.param("neurodebian", "same variant", id="versions-inside-words"),
        pytest.param("bonita", "two ways", id="two-numberings"),
        pytest.param("golang:nanoserver", "Windows", id="windows"),
        pytest.param("caddy:windowsservercore", "Windows", id="windows-shared"),
        pytest.param("hello-world:nanoserver", "Windows", id="windows-hello"),
        pytest.param("julia:rc", "pre-release", id="release-candidate"),
        pytest.param("dart:beta-sdk", "pre-release", id="beta-channel"),
        pytest.param("debian:rc-buggy", "pre-release", id="rc-buggy"),
    ],
)
@pytest.mark.parametrize("policy", list(Policy))
def test_has_no_pin(text: str, reason: str, policy: Policy) -> None:
    unpinned = answer(text, policy)
    assert isinstance(unpinned, Unpinned), unpinned
    assert reason in unpinned.reason
    assert unpinned.settled is (reason in {"holds a version", "digest"})


@pytest.mark.parametrize(
    "text",
    [
        "debian:bookworm",
        "debian:bookworm-slim",
        "debian:buster-slim",
        "debian:trixie-backports",
        "docker.io/library/debian:trixie",
        "ubuntu:jammy",
        "ubuntu:focal",
        "buildpack-deps:noble-scm",
        "node:jod",
        "node:hydrogen-alpine",
        "node:lts-krypton",
    ],
)
def test_a_release_line_is_no_floating_tag_of_its_image(text: str) -> None:
    unpinned = answer(text, Policy.MINOR)
    assert isinstance(unpinned, Unpinned)
    assert unpinned.settled


@pytest.mark.parametrize("text", ["myorg/debian:bookworm", "python:jod", "ubuntu:bookworm"])
def test_a_word_is_a_release_line_for_its_own_image_alone(text: str) -> None:
    unpinned = answer(text, Policy.MINOR)
    assert isinstance(unpinned, Unpinned)
    assert not unpinned.settled


@pytest.mark.parametrize(
    ("text", "patch", "minor", "major"),
    [
        pytest.param("alpine", "3.24.1", "3.24", "3", id="alpine"),
        pytest.param("alpine:latest", "3.24.1", "3.24", "3", id="alpine-latest"),
        pytest.param("docker.io/library/alpine", "3.24.1", "3.24", "3", id="alpine-in-full"),
        pytest.param("index.docker.io/alpine", "3.24.1", "3.24", "3", id="alpine-old-hub"),
        pytest.param("busybox:latest", "1.38.0", "1.38", "1", id="busybox"),
        pytest.param("busybox:musl", "1.38.0-musl", "1.38-musl", "1-musl", id="busybox-musl"),
        pytest.param("debian", "13.6", "13.6", "13", id="debian-has-two-numbers"),
        pytest.param("ubuntu", "26.04", "26.04", "26.04", id="ubuntu-is-never-26"),
        pytest.param("ubuntu:latest", "26.04", "26.04", "26.04", id="ubuntu-latest"),
        pytest.param("ubuntu:rolling", "26.04", "26.04", "26.04", id="ubuntu-rolling"),
        pytest.param("ubuntu:devel", "26.10", "26.10", "26.10", id="ubuntu-devel"),
        pytest.param("fedora", "44", "44", "44", id="fedora-has-one-number"),
        pytest.param("mageia:latest", "10", "10", "10", id="mageia-has-one-number"),
        pytest.param("almalinux", "10.2", "10.2", "10", id="almalinux-not-its-date"),
        pytest.param("almalinux:minimal", "10.2-minimal", "10.2-minimal", "10-minimal", id="alma"),
        pytest.param("amazonlinux", "2023", "2023", "2023", id="amazonlinux-not-its-date"),
        pytest.param("photon", "5.0", "5.0", "5.0", id="photon"),
        pytest.param("node", "26.7.0", "26.7", "26", id="node-latest-is-current"),
        pytest.param("node:current", "26.7.0", "26.7", "26", id="node-current"),
        pytest.param("node:lts", "24.19.0", "24.19", "24", id="node-lts"),
        pytest.param("node:lts-slim", "24.19.0-slim", "24.19-slim", "24-slim", id="node-lts-slim"),
        pytest.param("node:alpine", "26.7.0-alpine", "26.7-alpine", "26-alpine", id="node-alpine"),
        pytest.param(
            "node:alpine3.23",
            "26.7.0-alpine3.23",
            "26.7-alpine3.23",
            "26-alpine3.23",
            id="node-older-alpine",
        ),
        pytest.param(
            "node:lts-alpine3.24",
            "24.19.0-alpine3.24",
            "24.19-alpine3.24",
            "24-alpine3.24",
            id="node-lts-alpine-version",
        ),
        pytest.param(
            "node:bookworm-slim",
            "26.7.0-bookworm-slim",
            "26.7-bookworm-slim",
            "26-bookworm-slim",
            id="node-code-name-slim",
        ),
        pytest.param("python", "3.14.7", "3.14", "3", id="python-shared-with-windows"),
        pytest.param("python:slim", "3.14.7-slim", "3.14-slim", "3-slim", id="python-slim"),
        pytest.param("python:alpine", "3.14.7-alpine", "3.14-alpine", "3-alpine", id="python-apk"),
        pytest.param(
            "python:bookworm", "3.14.7-bookworm", "3.14-bookworm", "3-bookworm", id="python-name"
        ),
        pytest.param("golang", "1.27.0", "1.27", "1", id="golang-not-the-other-line"),
        pytest.param("golang:alpine", "1.27.0-alpine", "1.27-alpine", "1-alpine", id="golang-apk"),
        pytest.param("rust:slim", "1.98.0-slim", "1.98-slim", "1-slim", id="rust-slim"),
        pytest.param("ruby:latest", "4.0.6", "4.0", "4", id="ruby"),
        pytest.param(
            "php:fpm-alpine", "8.5.9-fpm-alpine", "8.5-fpm-alpine", "8-fpm-alpine", id="php"
        ),
        pytest.param("php", "8.5.9", "8.5", "8", id="php-not-the-beta"),
        pytest.param("nginx", "1.31.4", "1.31", "1", id="nginx-is-mainline"),
        pytest.param("nginx:mainline", "1.31.4", "1.31", "1", id="nginx-mainline"),
        pytest.param("nginx:stable", "1.30.4", "1.30", "1.30", id="nginx-stable-is-not-1"),
        pytest.param(
            "nginx:stable-alpine", "1.30.4-alpine", "1.30-alpine", "1.30-alpine", id="nginx-apk"
        ),
        pytest.param(
            "nginx:mainline-alpine-perl",
            "1.31.4-alpine-perl",
            "1.31-alpine-perl",
            "1-alpine-perl",
            id="nginx-perl",
        ),
        pytest.param("mysql", "26.7.0", "26.7", "26", id="mysql-latest-is-innovation"),
        pytest.param("mysql:innovation", "26.7.0", "26.7", "26", id="mysql-innovation"),
        pytest.param("mysql:lts", "9.7.2", "9.7", "9", id="mysql-lts"),
        pytest.param("mysql:oracle", "26.7.0-oracle", "26.7-oracle", "26-oracle", id="mysql-base"),
        pytest.param("mariadb:lts", "12.3.2", "12.3", "12", id="mariadb-lts"),
        pytest.param("mariadb:noble", "12.3.2-noble", "12.3-noble", "12-noble", id="mariadb-name"),
        pytest.param("postgres", "18.6", "18.6", "18", id="postgres-not-the-beta"),
        pytest.param(
            "postgres:alpine", "18.6-alpine", "18.6-alpine", "18-alpine", id="postgres-apk"
        ),
        pytest.param("redis:alpine", "8.10.1-alpine", "8.10-alpine", "8-alpine", id="redis"),
        pytest.param("httpd:alpine", "2.4.68-alpine", "2.4-alpine", "2-alpine", id="httpd"),
        pytest.param("haproxy:lts", "3.4.3", "3.4", "3.4", id="haproxy-has-no-3"),
        pytest.param("varnish:stable", "6.0.18", "6.0", "6", id="varnish-stable-is-older"),
        pytest.param("traefik", "3.7.11", "3.7", "3", id="traefik-without-v"),
        pytest.param("docker:dind", "29.7.2-dind", "29.7-dind", "29-dind", id="dind"),
        pytest.param("docker:latest", "29.7.2", "29.7", "29", id="docker"),
        pytest.param("gradle:jdk21", "9.7.1-jdk21", "9.7-jdk21", "9-jdk21", id="gradle-jdk21"),
        pytest.param("gradle:jdk8", "8.14.5-jdk8", "8.14-jdk8", "8-jdk8", id="gradle-jdk8"),
        pytest.param("maven", "3.9.16", "3.9", "3", id="maven"),
        pytest.param(
            "tomcat:jre25-temurin-noble",
            "11.0.25-jre25-temurin-noble",
            "11.0-jre25-temurin-noble",
            "11-jre25-temurin-noble",
            id="tomcat",
        ),
        pytest.param("nats", "2.14.5", "2.14", "2", id="nats-shared-by-some-windows-builds"),
        pytest.param("nats:scratch", "2.14.5-scratch", "2.14-scratch", "2-scratch", id="nats-own"),
        pytest.param("caddy", "2.11.4", "2.11", "2", id="caddy-shared"),
        pytest.param("erlang:slim", "29.0.5.0-slim", "29.0-slim", "29-slim", id="four-numbers"),
        pytest.param("swipl", "10.1.13", "10.1.13", "10.1.13", id="only-three-numbers"),
        pytest.param("r-base:latest", "4.6.1", "4.6.1", "4.6.1", id="r-base"),
        pytest.param("telegraf:alpine", "1.39.3-alpine", "1.39-alpine", "1.39-alpine", id="no-1"),
        pytest.param("pypy:slim", "3.11-slim", "3.11-slim", "3-slim", id="pypy-language-version"),
        pytest.param("swift", "6.3.3", "6.3", "6.3", id="swift"),
        pytest.param(
            "xwiki:lts-mysql-tomcat",
            "17.10.12-mysql-tomcat",
            "17.10-mysql-tomcat",
            "17-mysql-tomcat",
            id="xwiki",
        ),
        pytest.param("couchbase", "8.0.2", "8.0.2", "8.0.2", id="couchbase"),
        pytest.param("ibmjava", "8", "8", "8", id="ibmjava-has-one-number"),
        pytest.param(
            "flink:scala_2.12", "2.3.0-scala_2.12", "2.3-scala_2.12", "2.3-scala_2.12", id="flink"
        ),
        pytest.param(
            "rakudo-star:alpine",
            "2026.06-alpine",
            "2026.06-alpine",
            "2026.06-alpine",
            id="year-and-month",
        ),
    ],
)
def test_pins(text: str, patch: str, minor: str, major: str) -> None:
    source = "table of 2026-08-21"
    assert answer(text, Policy.PATCH) == Pin(patch, source)
    assert answer(text, Policy.MINOR) == Pin(minor, source)
    assert answer(text, Policy.MAJOR) == Pin(major, source)


@pytest.mark.parametrize(
    ("text", "major"),
    [
        pytest.param("haskell:slim", "9-slim", id="longer-only-with-a-code-name"),
        pytest.param("eclipse-mosquitto", "2", id="longer-only-on-alpine"),
        pytest.param("eclipse-temurin", "25", id="longer-only-with-jdk"),
    ],
)
def test_a_version_shorter_than_the_policy_counts_only_where_it_is_whole(
    text: str, major: str
) -> None:
    assert answer(text, Policy.MAJOR) == Pin(major, "table of 2026-08-21")
    assert isinstance(answer(text, Policy.MINOR), Unpinned)
    assert isinstance(answer(text, Policy.PATCH), Unpinned)


def test_every_pin_of_the_table_is_a_current_tag_that_no_longer_floats() -> None:
    seen = 0
    for name in ("alpine", "golang", "gradle", "nginx", "node", "php", "python", "tomcat"):
        tags = current_tags(name)
        assert tags is not None
        for tag in filter(is_floating, tags):
            for policy in Policy:
                found = answer(f"{name}:{tag}", policy)
                if isinstance(found, Pin):
                    seen += 1
                    assert found.tag in tags
                    again = answer(f"{name}:{found.tag}", policy)
                    assert isinstance(again, Unpinned)
    assert seen > 500


def test_current_tags() -> None:
    assert current_tags("centos") is None
    assert current_tags("bitnami/node") is None
    assert current_tags("fedora") == frozenset({"43", "44", "latest", "45", "rawhide"})


def test_table_date() -> None:
    assert table_date() == "2026-08-21"


@pytest.mark.parametrize(
    ("tag", "line", "expected"),
    [
        ("8", "8.0", False),
        ("18.0", "8.0", False),
        ("8.01", "8.0", False),
        ("jammy-8.0", "8.0", False),
        ("latest", "8.0", False),
        ("8.0", "floating", False),
        ("8.0", "8.0", True),
        ("8.0.30-jammy", "8.0", True),
        ("v8.0-alpine", "8.0", True),
        ("8.0", "8", True),
    ],
)
def test_is_of_line(tag: str, line: str, expected: bool) -> None:
    assert is_of_line(tag, line) is expected
