FROM debian:12
ADD . /app
ADD --chown=app a.go b.go /src/
ADD https://example.com/a.tar.gz /tmp/
ADD --checksum=sha256:1111111111111111111111111111111111111111111111111111111111111111 https://example.com/b /b
ADD git@github.com:a/b.git#v1 /c
ADD --keep-git-dir=true --unpack a.tgz /d
add ["e", "f"]
