FROM debian:12 AS base
ONBUILD WORKDIR /x
ONBUILD RUN cd y && touch z
FROM base
RUN touch a
