FROM debian:12-slim
# Ask them first.
LABEL org.opencontainers.image.authors="Jo \"Joey\" Doe <jo@example.com>"
RUN useradd --system shop
