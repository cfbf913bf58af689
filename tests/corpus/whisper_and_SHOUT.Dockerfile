from a AS B
rUn --MOUNT=c d
HealthCheck none
ONbuild ADD e f
Maintainer g
VOLUME /h
StopSignal 9
WorkDir i
shell ["j"]
expose 80
entrypoint k
