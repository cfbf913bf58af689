# syntax=docker/dockerfile:1
# dfix in an image: docker run --rm --user "$(id -u):$(id -g)" -v "$PWD:/work" dfix --diff

FROM python:3.13-slim AS build

WORKDIR /src
COPY . .
RUN python -m venv /opt/dfix \
  && /opt/dfix/bin/pip install --no-cache-dir --disable-pip-version-check .

FROM python:3.13-slim

LABEL org.opencontainers.image.title="dfix" \
      org.opencontainers.image.description="Rewrites Dockerfiles by good practice without ever breaking a build" \
      org.opencontainers.image.licenses="Apache-2.0"

COPY --from=build /opt/dfix /opt/dfix
ENV PATH=/opt/dfix/bin:$PATH \
    DFIX_STATE_DIR=/tmp/dfix/state \
    DFIX_CACHE_DIR=/tmp/dfix/cache

WORKDIR /work
USER 65532:65532
# Python takes SIGINT also as PID 1, and what dfix starts ends with it: no init process is needed.
STOPSIGNAL SIGINT
# dfix: ignore=init-process
ENTRYPOINT ["dfix"]
CMD ["--help"]
