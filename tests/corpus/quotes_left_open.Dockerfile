FROM a
ENV B="c \
  d
ENV E='f\
LABEL g="h i" j='k
RUN --mount="l m
USER n
