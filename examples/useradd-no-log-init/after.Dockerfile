FROM debian:12
RUN useradd -l --uid 1000660000 --create-home app
USER app
