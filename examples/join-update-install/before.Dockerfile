FROM debian:12
RUN apt-get update
ENV LANG=C.UTF-8
RUN apt-get install -y --no-install-recommends \
      less
