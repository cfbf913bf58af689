FROM a
# not continued \
RUN b \
  # nor this one \
  c
