from debian:12 as build
COPY run.sh /run.sh
# in the middle
env LANG=C.UTF-8
RUN chmod 755 /run.sh
Cmd ["/run.sh"]
