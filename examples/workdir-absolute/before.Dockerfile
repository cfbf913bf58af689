FROM golang:1.22 AS build
# Below the GOPATH of the image.
WORKDIR src/shop
COPY . .
WORKDIR cmd/server
RUN go build -o /server .
