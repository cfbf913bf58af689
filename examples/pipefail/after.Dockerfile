FROM debian:12
RUN apt-get update && apt-get install -y curl
SHELL ["/bin/bash", "-o", "pipefail", "-c"]
# the tool
RUN curl -fsSL https://example.com/tool.tgz | tar xz -C /usr/local/bin
SHELL ["/bin/sh", "-c"]
CMD tool --serve $PORT
