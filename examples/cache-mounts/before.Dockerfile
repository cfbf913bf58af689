FROM node:22-bookworm-slim
# What the build of native modules needs.
RUN apt-get update && apt-get install -y --no-install-recommends \
       g++ \
       make \
  && rm -rf /var/lib/apt/lists/*
WORKDIR /app
COPY package.json package-lock.json ./
RUN npm ci && npm cache clean --force
CMD ["node", "index.js"]
