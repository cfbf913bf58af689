"""copy-before-install: what it has nothing to say about first, then what it reports."""

import pytest

from tests.fixers.checks import check_noop, check_reported

NAME = "copy-before-install"

NOOP = {
    "manifest-first": "FROM node:22\nCOPY package.json .\nRUN npm ci\nCOPY . .\n",
    "manifest-and-all": "FROM node:22\nCOPY package.json .\nRUN npm ci\nCOPY . .\nRUN npm ci --omit=dev\n",
    "no-install": "FROM node:22\nCOPY . .\nRUN npm run build\n",
    "global": "FROM node:22\nCOPY . .\nRUN npm install -g pm2\n",
    "named": "FROM node:22\nCOPY . .\nRUN npm install express\n",
    "cache-mount": "FROM node:22\nCOPY . .\nRUN --mount=type=cache,target=/root/.npm npm ci\n",
    "from-a-stage": "FROM node:22\nCOPY --from=a:1 . .\nRUN npm ci\n",
    "folder": "FROM node:22\nCOPY app /app\nRUN npm ci\n",
    "other-stage": "FROM node:22\nCOPY . .\nFROM node:22\nRUN npm ci\n",
    "pip-package": "FROM python:3.13\nCOPY . .\nRUN pip install flask\n",
    "pip-itself": "FROM python:3.13\nCOPY . .\nRUN pip install .\n",
    "yarn-script": "FROM node:22\nCOPY . .\nRUN yarn build\n",
    "yarn-version": "FROM node:22\nCOPY . .\nRUN yarn --version\n",
}


@pytest.mark.parametrize("case", NOOP)
def test_noop(case: str) -> None:
    check_noop(NAME, NOOP[case])


REPORTED = {
    "npm": ("FROM node:22\nCOPY . .\nRUN npm ci\n", 2, "copy package*.json first"),
    "npm-install": (
        "FROM node:22\nADD ./ /app\nRUN cd /app && npm install --production\n",
        2,
        "npm",
    ),
    "yarn": ("FROM node:22\nCOPY . .\nRUN yarn\n", 2, "yarn.lock"),
    "pip": (
        "FROM python:3.13\nCOPY . .\nRUN pip install --no-cache-dir -r requirements.txt\n",
        2,
        "requirements.txt",
    ),
    "python-m-pip": (
        "FROM python:3.13\nCOPY . .\nRUN python3 -m pip install -r a.txt\n",
        2,
        "requirements.txt",
    ),
    "bundle": ("FROM ruby:3.4\nCOPY . .\nRUN bundle install\n", 2, "Gemfile"),
    "composer": ("FROM php:8.4\nCOPY . .\nRUN composer install --no-dev\n", 2, "composer.json"),
    "go": ("FROM golang:1.25\nCOPY . .\nRUN go mod download\n", 2, "go.mod"),
    "another-tool-first": (
        "FROM node:22\nRUN pip install -r a.txt\nCOPY . .\nRUN npm ci\n",
        3,
        "package*.json",
    ),
}


@pytest.mark.parametrize("case", REPORTED)
def test_reported(case: str) -> None:
    check_reported(NAME, *REPORTED[case])
