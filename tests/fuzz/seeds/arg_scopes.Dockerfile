ARG A=1
ARG B="x y" C='z'
FROM debian:${A}
ARG A
ARG D=${A}-${B:+set}
ENV E=$D F=${D%-*}
RUN echo $A ${D#1} ${E/x/y}
LABEL v=$HTTP_PROXY t=$TARGETARCH
