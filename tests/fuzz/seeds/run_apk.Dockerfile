FROM alpine
RUN apk update && apk add --virtual .b gcc musl-dev \
  && make && apk del .b; rm -rf /var/cache/apk/*
RUN apk add -U curl
