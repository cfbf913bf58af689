FROM debian:12
RUN a \

  && b \

# c

  d
ENV \
  A=1 \

  B=2
