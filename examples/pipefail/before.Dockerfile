FROM debian:12
RUN apt-get update && apt-get install -y curl
# the tool
RUN curl -fsSL https://example.com/tool.tgz | tar xz -C /usr/local/bin
CMD tool --serve $PORT
