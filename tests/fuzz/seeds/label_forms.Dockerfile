FROM busybox
LABEL a b
LABEL "c d"="e \
  f" g=h
LABEL org.opencontainers.image.title='t' Maintainer=me
MAINTAINER Some One <one@example.com>
