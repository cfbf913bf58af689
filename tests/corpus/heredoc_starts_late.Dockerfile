FROM a
RUN cat <<EOF >/b \
  && echo c
d
EOF
USER e
