FROM node:22
WORKDIR /app
COPY . .
USER 1000
CMD ["node", "index.js"]
