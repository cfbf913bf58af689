FROM debian:12-slim
# Ask them first.
MAINTAINER Jo "Joey" Doe <jo@example.com>
RUN useradd --system shop
