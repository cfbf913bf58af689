"""Dockerfiles of the page of practices that the project starts from, by their order there."""

S01 = """\
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
"""

S02 = """\
FROM alpine

...

# SIGQUITを実行する
STOPSIGNAL SIGQUIT

CMD ["nginx", "-g", "daemon off;"]
"""

#: Without the line that the builder does not know.
S02_BUILDABLE = S02.replace("...\n", "RUN apk add --no-cache nginx\n")

S03 = """\
FROM alpine:3.12

# 実行ユーザーを作成し、必要最低限の認可スコープを付与する。
RUN adduser -D foouser \\
  `# ディレクトリに作成した実行ユーザーを設定する。` \\
  && chown -R foouser /app-data/

# コンテナのプロセスの実行ユーザーを指定する。
USER foouser

ENTRYPOINT ["/app"]
"""

S04 = """\
FROM centos:8

RUN dnf upgrade -y \\
  && dnf install -y \\
      curl \\
  `# メタデータ削除` \\
  && dnf clean all \\
  `# キャッシュ削除` \\
  && rm -rf /var/cache/dnf
"""

S05 = """\
# CentOSイメージを、コンテナにインストール
FROM centos:8

RUN dnf upgrade -y \\
  && dnf module enable php:remi-7.4 \\
  && dnf clean all

# DockerHubのComposerイメージからバイナリファイルを取得
COPY --from=composer:<バージョン> /usr/bin/composer /usr/bin/composer
"""

S06 = """\
# CentOSイメージを、コンテナにインストール
FROM centos:8

# nginxをインストール
RUN dnf upgrade -y \\
  && dnf install -y \\
     nginx \\
     curl \\
  && dnf clean all \\
  && rm -Rf /var/cache/dnf

COPY infra/docker/web/nginx.conf /etc/nginx/nginx.conf

CMD ["/usr/sbin/nginx", "-g", "daemon off;"]

EXPOSE 80
"""

S07 = """\
FROM centos:8
RUN yum -y isntall httpd
RUN yum -y install php
RUN yum -y install php-mbstring
RUN yum -y install php-pear
RUN rm -Rf /var/cache/yum
"""

S08 = """\
FROM centos:8
RUN yum -y install httpd php php-mbstring php-pear \\
  && rm -Rf /var/cache/dnf
"""

S09 = """\
FROM centos:8
RUN yum -y install \\
     httpd \\
     php \\
     php-mbstring \\
     php-pear \\
  && rm -Rf /var/cache/dnf
"""

S10 = """\
FROM centos:8
RUN <<EOF
  yum -y install httpd php php-mbstring php-pear
  rm -Rf /var/cache/yum
EOF
"""

S11 = """\
# 中間イメージ
FROM golang:1.7.3 AS builder
WORKDIR /go/src/github.com/alexellis/href-counter/
RUN go get -d -v golang.org/x/net/html
COPY app.go /go/src/github.com/alexellis/href-counter/
RUN CGO_ENABLED=0 GOOS=linux go build -a -installsuffix cgo -o app .

# 最終イメージ
FROM alpine:latest
# コンテナからHTTPSリクエストを送信するために、Root証明書をインストールする
RUN apk --no-cache add ca-certificates \\
  && update-ca-certificates
WORKDIR /root/
COPY --from=builder /go/src/github.com/alexellis/href-counter/app .
CMD ["./app"]
"""

S12 = """\
FROM maven:3.5.0-jdk-8-alpine AS builder
COPY ./pom.xml pom.xml
COPY ./src src/
RUN mvn clean package

FROM openjdk:8-jre-alpine
# ビルドの成果物はtargetディレクトリにある
COPY --from=builder target/app.jar app.jar
EXPOSE 8080
CMD ["java", "-jar", "app.jar"]
"""

S13 = """\
#===================
# Global ARG
#===================
ARG NGINX_VERSION="1.19"
ARG LABEL="Hiroki <example@gmail.com>"

#===================
# Build Stage
#===================
FROM nginx:${NGINX_VERSION} as build

RUN apt-get update -y \\
  && apt-get install -y \\
     curl \\
     vim \\
  `# キャッシュ削除` \\
  && apt-get clean

#===================
# Develop Stage
#===================
FROM build as develop
LABEL mantainer=${LABEL}

COPY ./infra/docker/www/develop.nginx.conf /etc/nginx/nginx.conf

CMD ["/usr/sbin/nginx", "-g", "daemon off;"]

#===================
# Production Stage
#===================
FROM build as production
LABEL mantainer=${LABEL}

COPY ./infra/docker/www/production.nginx.conf /etc/nginx/nginx.conf

CMD ["/usr/sbin/nginx", "-g", "daemon off;"]
"""
