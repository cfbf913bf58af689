FROM debian:12 AS a
ENV A=1
USER app
WORKDIR /a
SHELL ["/bin/bash", "-c"]
CMD a
FROM a AS b
WORKDIR b
RUN c
FROM b
USER root
ENTRYPOINT d
