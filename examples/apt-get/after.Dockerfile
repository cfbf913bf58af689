FROM debian:12
RUN apt-get update \
  && apt-get install -y --no-install-recommends \
     curl \
     # for the tests
     git \
  && rm -rf /var/lib/apt/lists/*
