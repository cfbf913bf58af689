FROM debian:12
RUN a \
  && b
RUN c
COPY <<E /x
y
E
ENV A b