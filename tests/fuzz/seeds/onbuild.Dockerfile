FROM debian:12
ONBUILD RUN apt-get update && apt-get install -y curl
ONBUILD ADD . /app
ONBUILD COPY --from=0 a b
onbuild env A b
ONBUILD CMD ["x"]
ONBUILD USER app
