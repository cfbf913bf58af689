FROM debian:12
RUN apt-get update \
  && apt-get install --no-install-recommends \
     curl \
     # for the tests
     git \
  && rm -rf /var/lib/apt/lists/*

FROM opensuse/leap:15.6
RUN zypper install git && zypper clean --all
