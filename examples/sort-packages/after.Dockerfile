FROM alpine:3.20
RUN apk add --no-cache --virtual .build \
      autoconf \
      gcc=13.2.1_git20240309-r1 \
      make \
  && apk del .build
