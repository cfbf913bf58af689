FROM debian:12
RUN groupadd -r app && useradd -r -g app -u 1001 app && chown -R app:app /srv
RUN adduser -D b && sudo -u b id && su - b -c 'id' && gosu b id
USER app:app
