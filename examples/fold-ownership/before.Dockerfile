FROM ruby:3.3
COPY . /app
RUN chown -R nobody:nogroup /app
COPY docker-entrypoint.sh /usr/local/bin/
# it is started directly
RUN chmod +x /usr/local/bin/docker-entrypoint.sh
ENTRYPOINT ["docker-entrypoint.sh"]
CMD ["ruby", "/app/main.rb"]
