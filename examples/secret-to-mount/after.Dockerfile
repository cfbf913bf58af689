FROM node:22
WORKDIR /app
RUN apt-get update && apt-get install -y --no-install-recommends jq
# for the private registry
COPY package.json package-lock.json ./
RUN --mount=type=secret,id=NPM_TOKEN,env=NPM_TOKEN echo "//registry.example.org/:_authToken=\${NPM_TOKEN}" > .npmrc
RUN --mount=type=secret,id=NPM_TOKEN,env=NPM_TOKEN npm ci
RUN rm .npmrc
CMD ["node", "index.js"]
