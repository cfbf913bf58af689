FROM golang:1.22 AS build
# Below the GOPATH of the image.
WORKDIR /go/src/shop
COPY . .
WORKDIR /go/src/shop/cmd/server
RUN go build -o /server .
