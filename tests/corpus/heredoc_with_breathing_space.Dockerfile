FROM a
COPY << "E  F" /b
c
E F
E  F
USER d
