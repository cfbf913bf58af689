FROM --platform="a b" c
RUN --mount=type=cache,target='/d e' -- --f
RUN --
COPY --from=g\ h --chown=i \
  --link j k
HEALTHCHECK --interval=5s --start-\
period=1s CMD l
