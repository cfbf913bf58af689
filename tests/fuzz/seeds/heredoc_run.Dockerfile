# syntax=docker/dockerfile:1
FROM debian:12
RUN <<EOF
set -e
apt-get update # n
echo "a

b" \
  c
EOF
RUN <<-'E' bash -x
	cd /x
	E
RUN cat <<A <<B > /y && true
1
A
2
B
