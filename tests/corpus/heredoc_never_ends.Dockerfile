FROM a
RUN <<EOF >/b
echo c
 EOF
EOF 
USER d
