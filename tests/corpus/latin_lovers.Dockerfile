FROM a
# café
LABEL café="crème"
RUN echo ÿþ \
  €
