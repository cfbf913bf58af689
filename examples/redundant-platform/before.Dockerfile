FROM --platform=$BUILDPLATFORM golang:1.22 AS build
ARG TARGETARCH
WORKDIR /src
COPY . .
RUN GOARCH=$TARGETARCH go build -o /shop .

FROM --platform=$TARGETPLATFORM gcr.io/distroless/static
COPY --from=build /shop /shop
ENTRYPOINT ["/shop"]
