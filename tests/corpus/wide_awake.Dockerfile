　FROM a
 FROM b 
ENV c=d e=f
COPY g h \
  i /
RUN  --mount=j k
CMD ["l"]
 \
USER m
