FROM a
RUN b && \

ENV X=1
CMD c
