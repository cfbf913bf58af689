FROM golang:1.25 AS builder
WORKDIR /src
COPY . .
RUN go build -o /out/app .

FROM debian:12
COPY --from=builder /out/app /usr/local/bin/app
# Builder is the stage's old name
RUN --mount=type=bind,from=builder,source=/src,target=/src cp /src/LICENSE /
