FROM alpine:3.20
RUN apk add --no-cache nginx
COPY site /var/lib/nginx/html
EXPOSE 80

# in front, so that the container lives as long as nginx
CMD ["nginx", "-g", "daemon off;"]
