FROM debian:12
ADD app.go /src/
ADD . /app
ADD rootfs.tar.gz /
ADD https://example.com/x.tar.gz /tmp/
ADD vendor/* /opt/
