FROM debian:12
RUN mkdir -p /opt/app \
 && chown -R 1001:1001 /opt/app
