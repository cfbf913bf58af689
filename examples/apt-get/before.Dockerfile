FROM debian:12
RUN apt update \
  && apt install -y --no-install-recommends \
     curl \
     # for the tests
     git \
  && rm -rf /var/lib/apt/lists/*
