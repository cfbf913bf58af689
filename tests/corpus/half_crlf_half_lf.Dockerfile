FROM a
RUN b \
  c
RUN d \
  e


# f
