FROM debian:12
# café ÿ
RUN echo Ã \
  í €
ENV A é b
