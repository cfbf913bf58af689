"""eol-base: what it has nothing to say about first, then what it reports."""

import pytest

from tests.fixers.checks import check_noop, check_reported

NAME = "eol-base"

NOOP = {
    "debian": "FROM debian:12\n",
    "debian-slim": "FROM debian:trixie-slim\n",
    "alpine": "FROM alpine:3.22\n",
    "alpine-of-one-digit-more": "FROM alpine:3.22.3\n",
    "node": "FROM node:22-bookworm-slim\n",
    "node-two-digits": "FROM node:24\n",
    "python-two-digits": "FROM python:3.13\n",
    "golang": "FROM golang:1.27\n",
    "php": "FROM php:8.4-fpm\n",
    "latest": "FROM node:latest\n",
    "untagged": "FROM debian\n",
    "openjdk-early-access": "FROM openjdk:27-ea-jdk\n",
    "unknown-tag": "FROM debian:custom\n",
    "unknown-version": "FROM postgres:99\n",
    "other-publisher": "FROM me/centos:7\n",
    "other-registry": "FROM ghcr.io/library/debian:8\n",
    "stage": "FROM debian:12 AS centos\nFROM centos\n",
    "variable": "ARG V\nFROM debian:$V\n",
    "scratch": "FROM scratch\nCOPY a b\n",
    "alpine-variant": "FROM python:3.13-alpine3.22\n",
    "word-of-a-tag": "FROM redis:8-jessiefoo\n",
    "digest": "FROM debian@sha256:0000000000000000000000000000000000000000000000000000000000000000\n",
    "year": "FROM amazonlinux:2023\n",
}


@pytest.mark.parametrize("case", NOOP)
def test_noop(case: str) -> None:
    check_noop(NAME, NOOP[case])


REPORTED = {
    "seed-centos": ("FROM centos:8\n", 1, "centos 8 got its last corrections in 2021-12"),
    "seed-node": ("FROM node:16-alpine3.15\n", 1, "node 16 got"),
    "seed-golang": ("FROM golang:1.7.3 AS a\n", 1, "golang 1.7 got"),
    "seed-openjdk": ("FROM openjdk:8-jre-alpine\n", 1, "the image openjdk"),
    "centos-untagged": ("FROM centos\n", 1, "centos latest"),
    "centos-doubled": ("FROM centos:centos7\n", 1, "2024-06"),
    "debian-by-number": ("FROM debian:9.13-slim\n", 1, "debian 9 got"),
    "debian-by-name": ("FROM debian:buster-20210101\n", 1, "debian buster"),
    "library": ("FROM docker.io/library/debian:8\n", 1, "debian 8"),
    "built-on-debian": ("FROM python:3.13-slim-buster\n", 1, "debian buster"),
    "built-on-alpine": ("FROM nginx:1.27-alpine3.12\n", 1, "alpine 3.12"),
    "built-on-ubuntu": ("FROM eclipse-temurin:21-jdk-focal\n", 1, "ubuntu focal"),
    "longest": ("FROM php:7.1-fpm\n", 1, "php 7.1 got its last corrections in 2019-12"),
    "short": ("FROM python:2\n", 1, "python 2"),
    "name-of-a-line": ("FROM node:carbon\n", 1, "node carbon"),
    "default": ("ARG V=8\nFROM debian:$V\n", 2, "by default it is debian:8"),
    "java": ("FROM java:8\n", 1, "eclipse-temurin"),
    "second": ("FROM debian:12\nFROM ubuntu:14.04\n", 2, "ubuntu 14.04"),
}


@pytest.mark.parametrize("case", REPORTED)
def test_reported(case: str) -> None:
    check_reported(NAME, *REPORTED[case])
