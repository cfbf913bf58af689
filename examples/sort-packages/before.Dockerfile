FROM alpine:3.20
RUN apk add --no-cache --virtual .build \
      make \
      gcc=13.2.1_git20240309-r1 \
      autoconf \
  && apk del .build
