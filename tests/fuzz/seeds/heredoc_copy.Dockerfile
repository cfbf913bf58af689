FROM debian:12
COPY <<EOF <<-F /etc/
# $A ${B}
EOF
	b
	F
ADD --chmod=755 <<'X' /run.sh
#!/bin/sh
exec "$@"
X
