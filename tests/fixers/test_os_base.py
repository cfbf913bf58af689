"""os-base: what it has nothing to say about first, then what it reports."""

import pytest

from tests.fixers.checks import check_noop, check_reported

NAME = "os-base"

NOOP = {
    "official": "FROM php:8.4\nRUN docker-php-ext-install pdo\n",
    "tools": "FROM debian:12\nRUN apt-get install -y curl git\n",
    "two": "FROM debian:12\nRUN apt-get install -y nginx php-fpm\n",
    "two-steps": "FROM debian:12\nRUN apt-get install -y nginx\nRUN apt-get install -y nodejs\n",
    "python-as-a-tool": "FROM debian:12\nRUN apt-get install -y python3\n",
    "server-and-python": "FROM debian:12\nRUN apt-get install -y nginx python3\n",
    "builder": "FROM debian:12 AS a\nRUN apt-get install -y golang\nFROM scratch\nCOPY --from=a /a /a\n",
    "other-publisher": "FROM me/debian:12\nRUN apt-get install -y nginx\n",
    "removed-name": "FROM debian:12\nRUN apt-get remove -y nginx\n",
    "variable": "FROM debian:12\nRUN apt-get install -y $NGINX\n",
    "php-extension-alone": "FROM debian:12\nRUN apt-get install -y php-xml\n",
}


@pytest.mark.parametrize("case", NOOP)
def test_noop(case: str) -> None:
    check_noop(NAME, NOOP[case])


REPORTED = {
    "seed-nginx": (
        "FROM centos:8\nRUN dnf install -y \\\n  nginx \\\n  curl\n",
        1,
        "official image nginx",
    ),
    "seed-php": (
        "FROM centos:8\nRUN yum -y install php\nRUN yum -y install php-mbstring\n",
        1,
        "official image php",
    ),
    "node": ("FROM alpine:3.22\nRUN apk add --no-cache nodejs npm\n", 1, "official image node"),
    "java": (
        "FROM debian:12\nRUN apt-get install -y openjdk-17-jre-headless\n",
        1,
        "eclipse-temurin",
    ),
    "pip": ("FROM debian:12\nRUN apt-get install -y python3-pip\n", 1, "official image python"),
    "through-a-stage": (
        "FROM debian:12 AS base\nRUN apt-get install -y redis-server\nFROM base\n",
        1,
        "official image redis",
    ),
}


@pytest.mark.parametrize("case", REPORTED)
def test_reported(case: str) -> None:
    check_reported(NAME, *REPORTED[case])
