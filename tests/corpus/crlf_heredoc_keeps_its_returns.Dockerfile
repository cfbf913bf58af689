FROM a
COPY <<EOF /b
hi
EOF
RUN <<EOF
echo hi >/c
EOF
USER d
