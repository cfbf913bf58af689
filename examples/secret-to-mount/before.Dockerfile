FROM node:22
WORKDIR /app
RUN apt-get update && apt-get install -y --no-install-recommends jq
# for the private registry
ARG NPM_TOKEN
COPY package.json package-lock.json ./
RUN echo "//registry.example.org/:_authToken=\${NPM_TOKEN}" > .npmrc
RUN npm ci
RUN rm .npmrc
CMD ["node", "index.js"]
