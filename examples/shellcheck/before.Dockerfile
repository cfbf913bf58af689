FROM debian:12
ENV VERSION=1.2.3
WORKDIR /src

# the release, and when it was unpacked
RUN tar xf app-$VERSION.tar \
 && echo "unpacked on `date -u`" > /etc/built \
 && make -C app-$VERSION install
