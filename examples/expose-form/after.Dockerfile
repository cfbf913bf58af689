FROM nginx:1.27-alpine
COPY site.conf /etc/nginx/conf.d/default.conf
# Compose maps them to 8080 and 8053.
EXPOSE 80 53/udp
