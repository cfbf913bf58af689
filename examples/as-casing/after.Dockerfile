ARG NGINX_VERSION=1.27
FROM nginx:${NGINX_VERSION} AS build
RUN nginx -t

# the one that is shipped
FROM nginx:${NGINX_VERSION} AS production
