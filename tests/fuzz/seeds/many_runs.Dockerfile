FROM debian:12
RUN a
RUN b && c
# d
RUN e; f
LABEL g=h
RUN --mount=type=cache,target=/i j
RUN k
