FROM node:16-alpine3.15
WORKDIR /app

RUN apk add --no-cache tini

COPY package.json yarn.lock ./
RUN yarn install --prod --frozen-lockfile

COPY . .

# tiniを実行する
# パスはドキュメントを参照する
# @see https://github.com/krallin/tini?tab=readme-ov-file#alpine-linux-package
ENTRYPOINT ["/sbin/tini", "--"]

# npmコマンドやyarnコマンドは、すべてのシグナルをJavaScriptに転送できないため、Graceful Shutdownを実行できない
# そのため、npm runコマンドやyarn startコマンドではなく、nodeコマンドを直接実行する
CMD ["node", "index.js"]
