FROM debian:12
RUN --mount=type=cache,target=/var/cache/build \
    apt-get update && apt-get install -y --no-install-recommends \
      build-essential \
      curl \
    # the sources
    && curl -fsSL https://example.com/tool-1.2.tgz -o /tmp/tool.tgz \
    && tar xzf /tmp/tool.tgz -C /usr/local/src \
    && rm -rf /tmp/tool.tgz /var/lib/apt/lists/*
RUN make -C /usr/local/src/tool || make -C /usr/local/src/tool -j1 && ldconfig
CMD ["tool"]
