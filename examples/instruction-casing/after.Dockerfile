FROM debian:12 AS build
COPY run.sh /run.sh
# in the middle
ENV LANG=C.UTF-8
RUN chmod 755 /run.sh
CMD ["/run.sh"]
