FROM debian:12
RUN apt-get update && apt-get install -y wget \
 && wget -O /tmp/tool.tgz https://example.com/tool.tgz
