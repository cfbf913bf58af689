FROM nginx
HEALTHCHECK --interval=5s --timeout=3s --start-period=1m --retries=3 \
  CMD curl -f http://localhost/ || exit 1
HEALTHCHECK NONE
HEALTHCHECK CMD ["true"]
