FROM golang:1.25 AS Builder
WORKDIR /src
COPY . .
RUN go build -o /out/app .

FROM debian:12
COPY --from=Builder /out/app /usr/local/bin/app
# Builder is the stage's old name
RUN --mount=type=bind,from=BUILDER,source=/src,target=/src cp /src/LICENSE /
