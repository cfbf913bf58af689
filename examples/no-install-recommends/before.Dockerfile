FROM debian:12
RUN apt-get update \
  && apt-get install -y \
     curl \
     # the roots that https needs
     ca-certificates \
  && rm -rf /var/lib/apt/lists/*
