FROM debian:12
RUN useradd app
COPY a /srv/a
COPY b /srv/b/
RUN chown -R app:app /srv && chmod +x /srv/a
RUN chmod 755 /srv/b
USER app
