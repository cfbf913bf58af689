FROM debian:12
ARG NPM_TOKEN
ENV AWS_SECRET_ACCESS_KEY=abc
RUN echo "//x:_authToken=${NPM_TOKEN}" > .npmrc && npm ci
