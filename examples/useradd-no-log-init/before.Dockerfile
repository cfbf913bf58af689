FROM debian:12
RUN useradd --uid 1000660000 --create-home app
USER app
