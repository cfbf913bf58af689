FROM debian:12
RUN --mount=type=cache,target=/var/cache/apt,sharing=locked --mount=type=secret,id=s,required \
    --network=none --security=insecure apt-get update
RUN --mount=from=build,src=/a,dst=/b,rw true
RUN --mount=type=tmpfs,target=/t touch /t/x
RUN ls /t
