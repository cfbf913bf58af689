"""pin-base-image: what it leaves alone first, then what it changes.

The versions are those of the embedded table of 2026-08-21.
"""

import pytest

from dfix import Level, Request, fix_bytes
from dfix.registry import all_fixers
from tests.fixers.checks import check_fixed, check_noop, check_refused, run

NAME = "pin-base-image"
DIGEST = "sha256:" + "0" * 64

NOOP = {
    # Versions, digests and names of release lines.
    "versioned": "FROM alpine:3.12\n",
    "versioned-with-three-numbers": "FROM golang:1.7.3\n",
    "versioned-by-one-number": "FROM centos:8\n",
    "versioned-variant": "FROM maven:3.5.0-jdk-8-alpine\n",
    "versioned-jre": "FROM openjdk:8-jre-alpine\n",
    "versioned-variant-with-a-number": "FROM node:16-alpine3.15\n",
    "versioned-v": "FROM traefik:v2\n",
    "versioned-unknown-image": "FROM me/app:1\n",
    "dated": "FROM alpine:20240923\n",
    "digest": f"FROM alpine@{DIGEST}\n",
    "digest-and-latest": f"FROM alpine:latest@{DIGEST}\n",
    "release-line": "FROM debian:bookworm-slim\n",
    "release-line-ubuntu": "FROM ubuntu:jammy\n",
    "release-line-node": "FROM node:jod-alpine\n",
    # What is no image.
    "scratch": "FROM scratch\nCOPY a /\n",
    "stage": "FROM alpine:3.12 AS build\nFROM build\n",
    "stage-named-like-an-image": "FROM alpine:3.12 AS debian\nFROM debian\n",
    "stage-by-a-variable": "ARG S=node\nFROM alpine:3.12 AS node\nFROM $S\n",
    "stage-in-quotes": 'FROM alpine:3.12 AS node\nFROM "node"\n',
    "stage-in-a-line-of-stages": "FROM alpine:3.12 AS a\nFROM a AS node\nFROM node AS c\nFROM c\n",
    "stage-defined-twice": "FROM alpine:3.12 AS node\nFROM node AS node\nFROM node\n",
    "stage-named-scratch": "FROM alpine:3.12 AS scratch\nFROM scratch\n",
    # Nobody knows what these name.
    "variable": "ARG BASE\nFROM $BASE\n",
    "variable-tag": "ARG V\nFROM node:$V\n",
    "variable-tag-in-part": "ARG V\nFROM node:${V}-alpine\n",
    "variable-tag-with-a-version": "ARG NGINX_VERSION=1.19\nFROM nginx:${NGINX_VERSION}\n",
    "variable-of-the-platform": "FROM alpine:3.12 AS base-arm64\nFROM base-$TARGETARCH\n",
    "variable-default-in-place": "FROM node:${V:-22}\n",
    "variable-tag-that-is-a-version": "ARG V=22\nFROM node:$V\n",
    "variable-tag-that-is-a-release-line": "ARG V=bookworm\nFROM debian:$V\n",
    "variable-tag-without-a-default": "ARG V\nFROM node:$V AS a\nFROM node:$V\n",
    "variable-image-that-has-a-version": "ARG B=node:22\nFROM $B\n",
    "variable-image-that-has-a-digest": f"ARG B=node@{DIGEST}\nFROM $B\n",
    "variable-image-that-is-scratch": "ARG B=scratch\nFROM $B\n",
    "variable-image-without-a-default": "ARG B\nFROM $B\n",
    "variable-that-another-scope-declares": "FROM alpine:3.12\nARG V=lts\nRUN echo node:$V\n",
    "variable-that-no-image-is-made-of": "ARG V=lts\nFROM alpine:3.12\nARG V\nRUN echo $V\n",
    "variable-registry": "ARG REGISTRY\nFROM $REGISTRY/alpine\n",
    # COPY --from and RUN --mount.
    "copy": "FROM alpine:3.12\nCOPY a b\n",
    "copy-from-a-stage": "FROM alpine:3.12 AS build\nFROM scratch\nCOPY --from=build a b\n",
    "copy-from-a-stage-in-capitals": "FROM alpine:3.12 AS Node\nFROM scratch\nCOPY --from=NODE a b\n",
    "copy-from-an-index": "FROM alpine:3.12\nFROM scratch\nCOPY --from=0 a b\n",
    "copy-from-scratch": "FROM alpine:3.12\nCOPY --from=scratch a b\n",
    "copy-from-a-version": "FROM scratch\nCOPY --from=busybox:1.36 a b\n",
    "copy-from-a-digest": f"FROM scratch\nCOPY --from=busybox@{DIGEST} a b\n",
    "mount-without-from": "FROM alpine:3.12\nRUN --mount=type=cache,target=/c true\n",
    "mount-from-a-stage": "FROM a:1 AS node\nFROM a:1\nRUN --mount=from=Node,target=/n true\n",
    "mount-from-a-version": "FROM alpine:3.12\nRUN --mount=from=node:22,target=/n true\n",
    "mount-whose-target-is-a-name": "FROM alpine:3.12\nRUN --mount=type=cache,target=from=node true\n",
    "run-that-only-says-from": "FROM alpine:3.12\nRUN docker run --from=node:latest\n",
    # Another build's business, and text that only looks like FROM.
    "onbuild": "FROM alpine:3.12\nONBUILD COPY --from=node:latest a b\n",
    "heredoc": "FROM alpine:3.12\nRUN <<EOF\nFROM node\nEOF\n",
    "comment": "# FROM node\nFROM alpine:3.12\n# FROM node:latest\n",
    "label": "FROM alpine:3.12\nLABEL base=node:latest\n",
    "argument": "ARG V=latest\nFROM alpine:3.12\n",
    # The frontend.
    "syntax": "# syntax=docker/dockerfile:1\nFROM alpine:3.12\n",
    "syntax-of-another": "# syntax=me/frontend:latest\nFROM alpine:3.12\n",
    "syntax-in-a-comment": "\n# syntax=docker/dockerfile:latest\nFROM alpine:3.12\n",
}


@pytest.mark.parametrize("case", NOOP)
def test_noop(case: str) -> None:
    check_noop(NAME, NOOP[case])


REFUSED = {
    "other-publisher": ("FROM bitnami/node\n", "no evidence for bitnami/node"),
    "other-registry": ("FROM ghcr.io/a/b:latest\n", "no evidence for ghcr.io/a/b"),
    "mirror": ("FROM public.ecr.aws/docker/library/alpine\n", "no evidence"),
    "registry-with-a-port": (
        "FROM localhost:5000/alpine\n",
        "no evidence for localhost:5000/alpine",
    ),
    "retired-image": ("FROM centos:latest\n", "no evidence for centos"),
    "retired-tag": ("FROM openjdk\n", "has no such tag"),
    "date-alone": ("FROM alpine:edge\n", "no version of alpine:edge"),
    "unversioned-image": ("FROM hello-world\n", "no version"),
    "pre-release": ("FROM julia:rc\n", "pre-release"),
    "tag-on-a-stage's-name": (
        "FROM debian:12 AS centos\nFROM centos:latest\n",
        "no evidence for centos",
    ),
    "windows": ("FROM mcr.microsoft.com/windows/nanoserver\n", "Windows"),
    "windows-variant": ("FROM golang:nanoserver\n", "Windows"),
    "windows-by-its-escape": ("# escape=`\nFROM golang\n", "Windows"),
    "windows-stage-copies": (
        "FROM mcr.microsoft.com/windows/nanoserver:1809\nCOPY --from=golang a b\n",
        "Windows",
    ),
    # Names from variables: where the default is not all of the image or of its tag.
    "variable-default-in-place": ("FROM ${B:-node}\n", "by default it is node"),
    "variable-tag-default-in-place": ("FROM node:${V:-latest}\n", "by default it is node:latest"),
    "variable-with-both-defaults": (
        "ARG V=lts\nFROM node:${V:-latest}\n",
        "by default it is node:lts",
    ),
    "variable-with-an-alternative": ("ARG V=x\nFROM node:${V:+lts}\n", "by default it is node:lts"),
    "variable-without-a-suffix": ("ARG V=lts-a\nFROM node:${V%-a}\n", "by default it is node:lts"),
    "variable-registry-default": ("ARG R=docker.io\nFROM $R/node\n", "it is docker.io/node"),
    "variable-name-and-a-tag": ("ARG I=node\nFROM $I:lts\n", "by default it is node:lts"),
    "variable-name-and-tag": ("ARG I=node\nARG V=lts\nFROM $I:$V\n", "by default it is node:lts"),
    "variable-registry-and-tag": (
        "ARG R=docker.io\nARG V=lts\nFROM $R/node:$V\n",
        "it is docker.io/node:lts",
    ),
    "variable-part-of-the-tag": ("ARG V=lts\nFROM node:$V-slim\n", "it is node:lts-slim"),
    "variable-end-of-the-tag": ("ARG V=slim\nFROM node:lts-$V\n", "it is node:lts-slim"),
    "variable-with-its-colon": ("ARG V=:lts\nFROM node$V\n", "by default it is node:lts"),
    "variable-empty-prefix": ("ARG P=\nFROM ${P}node\n", "by default it is node"),
    "variable-empty-suffix": ("ARG P=\nFROM node$P\n", "by default it is node"),
    "variable-twice": ("ARG V=node\nFROM $V/$V\n", "by default it is node/node"),
    "variable-escaped-in-part": ("ARG V=lts\nFROM no\\de:$V\n", "by default it is node:lts"),
    "variable-over-two-lines": ("ARG V=lts\nFROM node:\\\n$V\n", "by default it is node:lts"),
    # Where nothing is known of the image.
    "variable-unknown-image": ("ARG B=me/app\nFROM $B\n", "no evidence for me/app"),
    "variable-unknown-image's-tag": ("ARG V=latest\nFROM me/app:$V\n", "no evidence for me/app"),
    "variable-unknown-tag": ("ARG V=nope\nFROM node:$V\n", "has no such tag"),
    "variable-of-windows": (
        "ARG V=latest\nFROM --platform=windows/amd64 me/app:$V\n",
        "an image for Windows",
    ),
    "variable-windows-escape": (
        "# escape=`\nARG V=latest\nFROM golang:$V\n",
        "an image for Windows",
    ),
    # Where the default is not written as it is.
    "default-from-a-variable": (
        "ARG V=lts\nARG W=$V\nFROM node:$W\n",
        "default of W is not written in one piece",
    ),
    "default-with-a-default": ("ARG W=${X:-lts}\nFROM node:$W\n", "not written in one piece"),
    "default-in-quotes-in-part": ('ARG V=l"ts"\nFROM node:$V\n', "not written in one piece"),
    "default-over-two-lines": ("ARG V=l\\\nts\nFROM node:$V\n", "not written in one piece"),
    "default-with-an-escape": ("ARG V=l\\ts\nFROM node:$V\n", "not written in one piece"),
    "declared-twice": ("ARG V=slim\nARG V=lts\nFROM node:$V\n", "V is declared 2 times"),
    "declared-twice-in-one": ("ARG V=slim V=lts\nFROM node:$V\n", "V is declared 2 times"),
    "declared-twice-once-bare": ("ARG V=lts\nARG V\nFROM node:$V\n", "V is declared 2 times"),
    "of-the-builder": ("ARG TARGETARCH=lts\nFROM node:$TARGETARCH\n", "the builder's own"),
    "of-buildkit": ("ARG BUILDKIT_X=lts\nFROM node:$BUILDKIT_X\n", "the builder's own"),
    "proxy": ("ARG http_proxy=lts\nFROM node:$http_proxy\n", "the builder's own"),
    # Where the argument is for something else as well.
    "declared-in-the-stage": ("ARG V=lts\nFROM node:$V\nARG V\nRUN a\n", "a stage declares V"),
    "declared-in-another-stage": (
        "ARG V=lts\nFROM node:$V AS a\nFROM alpine:3.12\nARG V\n",
        "a stage declares V",
    ),
    "declared-in-a-stage-with-a-default": (
        "ARG V=lts\nFROM node:$V\nARG V=1\nRUN a\n",
        "a stage declares V",
    ),
    "declared-beside-another": ("ARG V=lts\nFROM node:$V\nARG A=1 V\n", "a stage declares V"),
    "declared-in-a-child": (
        "ARG V=lts\nFROM node:$V AS a\nFROM a\nARG V\nRUN echo $V\n",
        "a stage declares V",
    ),
    "declared-on-build": ("ARG V=lts\nFROM node:$V\nONBUILD ARG V\n", "a stage declares V"),
    "in-another-default": (
        "ARG V=lts\nARG N=app-$V\nFROM node:$V\n",
        "V decides on more than this image: line 2",
    ),
    "in-another-default-of-the-same": ("ARG V=lts N=app-$V\nFROM node:$V\n", "line 1"),
    "in-a-platform": (
        "ARG V=alpine\nFROM node:$V\nFROM --platform=$V busybox:1.36\n",
        "line 3",
    ),
    "in-its-own-platform": ("ARG V=alpine\nFROM --platform=linux/$V node:$V\n", "line 2"),
    "in-a-stage's-name": ("ARG V=alpine\nFROM node:$V AS a\nFROM me/$V:1\n", "line 3"),
    "of-another-image": ("ARG V=latest\nFROM node:$V\nFROM alpine:$V\n", "line 3"),
    "of-the-same-image-with-a-variant": (
        "ARG V=lts\nFROM node:$V AS a\nFROM node:$V-slim\n",
        "line 3",
    ),
    "of-the-same-image-written-in-full": (
        "ARG V=lts\nFROM node:$V AS a\nFROM library/node:$V\n",
        "line 3",
    ),
    "image-and-tag": ("ARG V=node\nFROM $V AS a\nFROM me/node:$V\n", "line 3"),
    "image-that-is-a-stage-below": (
        "ARG B=node\nFROM $B AS node\nFROM $B\n",
        "B decides on more than this image: line 3",
    ),
    "in-a-label": ("ARG V=lts\nFROM node:$V\nLABEL v=$V\n", "line 3"),
    "in-an-environment": ("ARG V=lts\nFROM node:$V\nENV V=${V}\n", "line 3"),
    "in-a-command": ("ARG V=lts\nFROM node:$V\nRUN echo ${V}\n", "line 3"),
    "in-a-command-with-a-default": ("ARG V=lts\nFROM node:$V\nRUN echo ${V:-x}\n", "line 3"),
    "in-a-heredoc": ("ARG V=lts\nFROM node:$V\nRUN <<E\necho $V\nE\n", "line 3"),
    "in-a-copy": ("ARG V=lts\nFROM node:$V\nCOPY $V /\n", "line 3"),
    "in-a-mount": ("ARG V=lts\nFROM node:$V\nRUN --mount=type=cache,id=$V,target=/c a\n", "line 3"),
    "in-a-trigger": ("ARG V=lts\nFROM node:$V\nONBUILD RUN echo $V\n", "line 3"),
    "over-two-lines": ("FROM al\\\npine\n", "not written in one piece"),
    "quotes-inside": ('FROM al"pine"\n', "not written in one piece"),
    "escape-inside": ("FROM al\\pine\n", "not written in one piece"),
    "mount-over-two-lines": (
        "FROM alpine:3.12\nRUN --mount=from=node,\\\ntarget=/n true\n",
        "not written in one piece",
    ),
    "copy-of-another-publisher": ("FROM scratch\nCOPY --from=me/app a b\n", "no evidence"),
    "mount-of-another-publisher": (
        "FROM alpine:3.12\nRUN --mount=from=me/app,target=/a true\n",
        "no evidence",
    ),
    "syntax-latest": ("# syntax=docker/dockerfile:latest\nFROM alpine:3.12\n", "dockerfile:1"),
    "syntax-untagged": ("# syntax = docker/dockerfile\nFROM alpine:3.12\n", "dockerfile:1"),
    "syntax-in-full": (
        "# escape=\\\n#syntax=docker.io/docker/dockerfile:latest\nFROM alpine:3.12\n",
        "dockerfile:1",
    ),
}


@pytest.mark.parametrize("case", REFUSED)
def test_refused(case: str) -> None:
    check_refused(NAME, *REFUSED[case])


@pytest.mark.parametrize("policy", ["patch", "minor"])
def test_a_version_shorter_than_the_policy_is_no_answer(policy: str) -> None:
    text = "FROM eclipse-temurin\n"
    check_refused(NAME, text, f"no {policy} version", options={"policy": policy})


OVERRIDDEN = {
    "same": ("FROM alpine\n", "alpine"),
    "latest-by-no-tag": ("FROM alpine:latest\n", "alpine"),
    "no-tag-by-latest": ("FROM alpine\n", "alpine:latest"),
    "in-full": ("FROM docker.io/library/alpine\n", "alpine"),
    "by-its-full-name": ("FROM alpine\n", "docker.io/library/alpine:latest"),
    "variant": ("FROM node:alpine\n", "node:alpine"),
    "copy": ("FROM scratch\nCOPY --from=busybox a b\n", "busybox"),
    "mount": ("FROM alpine:3.12\nRUN --mount=from=busybox,target=/b true\n", "busybox"),
    "the-new-name": ("FROM alpine\n", "alpine:3.24"),
    "computed-name": ("FROM alpine\n", "*"),
}


@pytest.mark.parametrize("case", OVERRIDDEN)
def test_a_name_that_a_build_replaces_is_refused(case: str) -> None:
    text, name = OVERRIDDEN[case]
    check_refused(NAME, text, "takes", overridden=["app", name])


@pytest.mark.parametrize("name", ["alpine:3.12", "alpine-too", "me/alpine", "node", "app"])
def test_another_name_that_a_build_replaces_does_not_matter(name: str) -> None:
    check_fixed(NAME, "FROM alpine\n", "FROM alpine:3.24\n", overridden=[name])


def test_below_its_level_it_only_reports() -> None:
    result = run(NAME, "FROM alpine\n", level=Level.SAFE)
    assert not result.changed
    assert [(each.status, each.reason) for each in result.findings] == [
        ("fixable", "needs --level standard")
    ]


@pytest.mark.parametrize(
    "text",
    [
        pytest.param("FROM centos:8\nCOPY --from=composer:<バージョン> a b\n", id="placeholder"),
        pytest.param("FROM Alpine\n", id="capitals"),
        pytest.param("FROM alpine:3.12 AS build\nFROM Build\n", id="stage-in-capitals"),
        pytest.param("FROM alpine:-\n", id="tag"),
        pytest.param("FROM node:${V}\n", id="undeclared-tag"),
        pytest.param(
            "FROM scratch\nCOPY --from=node a b\nFROM alpine:3.12 AS node\n", id="stage-below"
        ),
        pytest.param("FROM a:1 AS node\nRUN --mount=from=node,target=/n true\n", id="itself"),
        pytest.param("FROM alpine # latest\n", id="comment"),
        pytest.param("FROM alpine latest\n", id="two-words"),
        pytest.param("FROM\n", id="nothing"),
        pytest.param("FROM alpine:3.12\nCOPY --from=$V a b\n", id="variable-in-copy"),
        pytest.param("ARG V=node\nFROM alpine:3.12\nCOPY --from=$V a b\n", id="default-in-copy"),
        pytest.param("FROM alpine:3.12\nRUN --mount=from=$V,target=/n true\n", id="in-mount"),
    ],
)
def test_what_the_builder_refuses_is_left_to_it(text: str) -> None:
    result = run(NAME, text)
    assert not result.changed
    assert result.findings == ()


@pytest.mark.parametrize(
    "comment", ["# dfix: ignore", "# hadolint ignore=DL3006", "# hadolint ignore=DL3007"]
)
def test_a_comment_switches_it_off(comment: str) -> None:
    result = run(NAME, f"{comment}\nFROM alpine\n")
    assert not result.changed
    assert [each.status for each in result.findings] == ["suppressed"]


GIVEN = {
    "tag": "ARG V=lts\nFROM node:$V\n",
    "image": "ARG V=node:lts\nFROM $V\n",
    "two": "ARG V=lts\nFROM node:$V AS a\nFROM node:$V\n",
}


@pytest.mark.parametrize("case", GIVEN)
def test_an_argument_that_something_gives_is_refused(case: str) -> None:
    check_refused(NAME, GIVEN[case], "ci.yml gives builds a V of its own", passed={"V": "ci.yml"})


def test_another_argument_that_something_gives_does_not_matter() -> None:
    check_fixed(NAME, GIVEN["tag"], "ARG V=24.19\nFROM node:$V\n", passed={"W": "ci.yml"})


@pytest.mark.parametrize("name", ["node:lts", "docker.io/library/node:lts", "*", "node:24.19"])
def test_an_image_behind_an_argument_that_a_build_replaces_is_refused(name: str) -> None:
    check_refused(NAME, GIVEN["tag"], "takes", overridden=[name])


@pytest.mark.parametrize("line", [1, 2, 3])
def test_a_comment_at_any_place_of_an_argument_switches_it_off(line: int) -> None:
    lines = GIVEN["two"].splitlines(keepends=True)
    lines.insert(line - 1, "# dfix: ignore=pin-base-image\n")
    result = run(NAME, "".join(lines))
    assert not result.changed
    assert "suppressed" in {each.status for each in result.findings}


def test_an_argument_is_changed_once_with_the_difference_to_all_its_stages() -> None:
    result = run(NAME, GIVEN["two"])
    assert result.after == b"ARG V=24.19\nFROM node:$V AS a\nFROM node:$V\n"
    (found,) = result.findings
    assert (found.status, found.line) == ("fixed", 2)
    assert [(each.path, each.old, each.new) for each in found.changes] == [
        ("a.base", "node:lts", "node:24.19"),
        ("final.base", "node:lts", "node:24.19"),
    ]
    assert list(result.plan_changes) == ["a.base", "final.base"]


FIXED = {
    # Defaults of arguments.
    "argument-tag": ("ARG V=latest\nFROM node:$V\n", "ARG V=26.7\nFROM node:$V\n"),
    "argument-tag-in-braces": (
        "ARG NODE_TAG=lts-slim\nFROM node:${NODE_TAG} AS a\nRUN b\n",
        "ARG NODE_TAG=24.19-slim\nFROM node:${NODE_TAG} AS a\nRUN b\n",
    ),
    "argument-tag-in-quotes": (
        'ARG V="lts" W=\'1\'\nFROM "docker.io/library/node:$V"\n',
        'ARG V="24.19" W=\'1\'\nFROM "docker.io/library/node:$V"\n',
    ),
    "argument-tag-in-single-quotes": (
        "ARG V='lts'\nFROM node:$V\n",
        "ARG V='24.19'\nFROM node:$V\n",
    ),
    "argument-image": ("ARG B=node\nFROM $B\n", "ARG B=node:26.7\nFROM $B\n"),
    "argument-image-with-its-tag": (
        "ARG B=docker.io/node:alpine\nFROM --platform=$BUILDPLATFORM ${B} AS a\n",
        "ARG B=docker.io/node:26.7-alpine\nFROM --platform=$BUILDPLATFORM ${B} AS a\n",
    ),
    "argument-among-others": (
        "# the version\nARG A=1 V=lts\nARG W=$A\nFROM node:$V\nARG A\nRUN echo $A $VERSION\n",
        "# the version\nARG A=1 V=24.19\nARG W=$A\nFROM node:$V\nARG A\nRUN echo $A $VERSION\n",
    ),
    "argument-whose-name-others-begin-with": (
        "ARG V=lts\nARG VV=1\nFROM node:$V\nARG VV\nRUN echo $VV ${VV}\n",
        "ARG V=24.19\nARG VV=1\nFROM node:$V\nARG VV\nRUN echo $VV ${VV}\n",
    ),
    "argument-in-a-comment": (
        "ARG V=lts\n# $V is what they tested\nFROM node:$V\n",
        "ARG V=24.19\n# $V is what they tested\nFROM node:$V\n",
    ),
    "argument-of-two": (
        "ARG V=lts\nFROM node:$V AS a\nFROM --platform=linux/amd64 node:${V}\nCOPY --from=a a b\n",
        "ARG V=24.19\nFROM node:$V AS a\nFROM --platform=linux/amd64 node:${V}\nCOPY --from=a a b\n",
    ),
    "argument-crlf": ("ARG V=lts\r\nFROM node:$V\r\n", "ARG V=24.19\r\nFROM node:$V\r\n"),
    "argument-and-a-literal": (
        "ARG V=lts\nFROM node:$V\nFROM alpine\n",
        "ARG V=24.19\nFROM node:$V\nFROM alpine:3.24\n",
    ),
    # What the practices page asks for.
    "untagged": ("FROM alpine\n", "FROM alpine:3.24\n"),
    "latest": ("FROM alpine:latest\n", "FROM alpine:3.24\n"),
    "variant": ("FROM node:alpine\n", "FROM node:26.7-alpine\n"),
    "variant-slim": ("FROM python:slim\n", "FROM python:3.14-slim\n"),
    "channel": ("FROM node:lts-slim\n", "FROM node:24.19-slim\n"),
    "channel-that-is-not-the-newest": ("FROM nginx:stable\n", "FROM nginx:1.30\n"),
    "code-name-of-the-system": ("FROM python:bookworm\n", "FROM python:3.14-bookworm\n"),
    "not-the-date": ("FROM almalinux\n", "FROM almalinux:10.2\n"),
    "shared-with-windows": ("FROM golang\n", "FROM golang:1.27\n"),
    # The rest of the line.
    "alias": ("FROM node AS build\n", "FROM node:26.7 AS build\n"),
    "platform": (
        "FROM --platform=linux/amd64 node as build\n",
        "FROM --platform=linux/amd64 node:26.7 as build\n",
    ),
    "platform-variable": (
        "FROM  --platform=$BUILDPLATFORM\tgolang:alpine  AS  build \n",
        "FROM  --platform=$BUILDPLATFORM\tgolang:1.27-alpine  AS  build \n",
    ),
    "crlf": ("FROM node\r\nRUN a\r\n", "FROM node:26.7\r\nRUN a\r\n"),
    "unended": ("FROM node", "FROM node:26.7"),
    "mark": ("\ufeffFROM node\n", "\ufeffFROM node:26.7\n"),
    "lower-case": ("from node\n", "from node:26.7\n"),
    "continued": ("FROM \\\n  node \\\n  AS a\n", "FROM \\\n  node:26.7 \\\n  AS a\n"),
    "double-quotes": ('FROM "node:latest"\n', 'FROM "node:26.7"\n'),
    "single-quotes": ("FROM 'node' AS a\n", "FROM 'node:26.7' AS a\n"),
    "comment-above": (
        "# syntax=docker/dockerfile:1\n# the base\nFROM node\n",
        "# syntax=docker/dockerfile:1\n# the base\nFROM node:26.7\n",
    ),
    # How the name is written.
    "library": ("FROM library/node\n", "FROM library/node:26.7\n"),
    "in-full": ("FROM docker.io/library/node:latest\n", "FROM docker.io/library/node:26.7\n"),
    "old-hub": ("FROM index.docker.io/node\n", "FROM index.docker.io/node:26.7\n"),
    # Stages.
    "stages": (
        "FROM golang AS build\nFROM build AS test\nFROM alpine\nCOPY --from=build a b\n",
        "FROM golang:1.27 AS build\nFROM build AS test\nFROM alpine:3.24\nCOPY --from=build a b\n",
    ),
    "stage-of-its-own-name": (
        "FROM node AS node\nFROM node\nCOPY --from=node a b\n",
        "FROM node:26.7 AS node\nFROM node\nCOPY --from=node a b\n",
    ),
    "stage-of-that-name-below": (
        "FROM node\nFROM alpine:3.12 AS node\n",
        "FROM node:26.7\nFROM alpine:3.12 AS node\n",
    ),
    "tag-on-a-stage's-name": (
        "FROM alpine:3.12 AS node\nFROM node:latest\n",
        "FROM alpine:3.12 AS node\nFROM node:26.7\n",
    ),
    "same-image-twice": (
        "FROM node AS a\nFROM node AS b\nCOPY --from=a a b\n",
        "FROM node:26.7 AS a\nFROM node:26.7 AS b\nCOPY --from=a a b\n",
    ),
    "one-of-two": (
        "FROM me/app AS a\nFROM node\n",
        "FROM me/app AS a\nFROM node:26.7\n",
    ),
    "onbuild-of-a-parent": (
        "FROM node AS a\nONBUILD RUN x\nFROM a\nRUN y\n",
        "FROM node:26.7 AS a\nONBUILD RUN x\nFROM a\nRUN y\n",
    ),
    # COPY --from.
    "copy": (
        "FROM scratch\nCOPY --from=busybox --chown=1 /a /b\n",
        "FROM scratch\nCOPY --from=busybox:1.38 --chown=1 /a /b\n",
    ),
    "copy-latest": (
        "FROM scratch\nCOPY --chown=1 --from=docker.io/busybox:latest /a /b\n",
        "FROM scratch\nCOPY --chown=1 --from=docker.io/busybox:1.38 /a /b\n",
    ),
    "copy-in-quotes": (
        'FROM scratch\nCOPY --from="busybox" a b\n',
        'FROM scratch\nCOPY --from="busybox:1.38" a b\n',
    ),
    "copy-named-like-its-source": (
        "FROM scratch\nCOPY --from=composer /usr/bin/composer /usr/bin/composer\n",
        "FROM scratch\nCOPY --from=composer:2.10 /usr/bin/composer /usr/bin/composer\n",
    ),
    # RUN --mount.
    "mount": (
        "FROM alpine:3.12\nRUN --mount=type=bind,from=busybox,target=/b a && b\n",
        "FROM alpine:3.12\nRUN --mount=type=bind,from=busybox:1.38,target=/b a && b\n",
    ),
    "mount-first-and-last": (
        "FROM a:1\nRUN --mount=from=busybox:latest,target=/b a\nRUN --mount=target=/b,From=busybox [ -e /b ]; c\n",
        "FROM a:1\nRUN --mount=from=busybox:1.38,target=/b a\nRUN --mount=target=/b,From=busybox:1.38 [ -e /b ]; c\n",
    ),
    "mount-named-like-its-target": (
        "FROM alpine:3.12\nRUN --mount=source=busybox,from=busybox,target=/busybox a\n",
        "FROM alpine:3.12\nRUN --mount=source=busybox,from=busybox:1.38,target=/busybox a\n",
    ),
    "mounts": (
        "FROM alpine:3.12\nRUN --mount=from=busybox,target=/b --network=none --mount=from=node,target=/n a\n",
        "FROM alpine:3.12\nRUN --mount=from=busybox:1.38,target=/b --network=none --mount=from=node:26.7,target=/n a\n",
    ),
    "mount-in-quotes": (
        'FROM alpine:3.12\nRUN --mount="type=bind,from=busybox,target=/b" a\n',
        'FROM alpine:3.12\nRUN --mount="type=bind,from=busybox:1.38,target=/b" a\n',
    ),
    "mount-heredoc": (
        "FROM alpine:3.12\nRUN --mount=from=busybox,target=/b <<EOF\na\nEOF\n",
        "FROM alpine:3.12\nRUN --mount=from=busybox:1.38,target=/b <<EOF\na\nEOF\n",
    ),
    "mount-exec-form": (
        'FROM alpine:3.12\nRUN --mount=from=busybox,target=/b ["a"]\n',
        'FROM alpine:3.12\nRUN --mount=from=busybox:1.38,target=/b ["a"]\n',
    ),
    "mount-below-a-parent's-onbuild": (
        "FROM alpine:3.12 AS a\nONBUILD RUN x\nFROM a\nRUN --mount=from=busybox,target=/b y\nRUN z\n",
        "FROM alpine:3.12 AS a\nONBUILD RUN x\nFROM a\nRUN --mount=from=busybox:1.38,target=/b y\nRUN z\n",
    ),
}


@pytest.mark.parametrize("case", FIXED)
def test_fixed(case: str) -> None:
    check_fixed(NAME, *FIXED[case], level=Level.STANDARD)


@pytest.mark.parametrize(
    ("policy", "text"),
    [
        ("patch", "FROM alpine:3.24.1\nCOPY --from=python:3.14.7-slim a b\n"),
        ("minor", "FROM alpine:3.24\nCOPY --from=python:3.14-slim a b\n"),
        ("major", "FROM alpine:3\nCOPY --from=python:3-slim a b\n"),
    ],
)
def test_the_policy_says_how_much_of_the_version_is_kept(policy: str, text: str) -> None:
    before = "FROM alpine\nCOPY --from=python:slim a b\n"
    check_fixed(NAME, before, text, options={"policy": policy})


def test_the_reason_names_the_table_and_its_day() -> None:
    (finding,) = run(NAME, "FROM  node:lts AS a\n").findings
    assert finding.reason == "node:lts was node:24.19 in the table of 2026-08-21"
    assert (finding.line, finding.column, finding.end_column) == (1, 7, 15)


def test_the_plan_tells_each_image_that_is_another_one() -> None:
    text = "FROM node AS a\nFROM a\nCOPY --from=busybox a b\nRUN --mount=from=node,target=/n c; d\n"
    assert run(NAME, text).plan_changes == (
        "a.base",
        "final.effects[0].from",
        "final.effects[1].flags",
        "final.effects[2].flags",
    )


def test_without_a_source_of_answers_it_is_silent() -> None:
    result = fix_bytes(b"FROM alpine\n", Request((all_fixers()[NAME],)))
    assert not result.changed
    assert result.findings == ()
