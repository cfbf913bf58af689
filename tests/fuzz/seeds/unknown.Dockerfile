FRM debian:12
FROM debian:12
RUM a
COPY--from=x a b
{{ x }}
<<EOF
