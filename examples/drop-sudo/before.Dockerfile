FROM debian:12
RUN sudo mkdir -p /opt/app \
 && sudo chown -R 1001:1001 /opt/app
