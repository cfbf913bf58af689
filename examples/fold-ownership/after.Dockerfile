FROM ruby:3.3
COPY --chown=nobody:nogroup . /app
# it is started directly
COPY --chmod=755 docker-entrypoint.sh /usr/local/bin/
ENTRYPOINT ["docker-entrypoint.sh"]
CMD ["ruby", "/app/main.rb"]
