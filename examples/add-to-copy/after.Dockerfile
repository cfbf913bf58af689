FROM debian:12
COPY app.go /src/
COPY . /app
ADD rootfs.tar.gz /
ADD https://example.com/x.tar.gz /tmp/
ADD vendor/* /opt/
