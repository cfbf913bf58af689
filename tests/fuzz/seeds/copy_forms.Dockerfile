FROM debian:12 AS a
FROM debian:12
COPY --from=a --chown=1:2 --chmod=0755 --link /a /b/ c/
COPY ["x y", "/z/"]
COPY --from=nginx:latest /etc /etc
COPY --exclude=*.md --parents ./a/**/b /c
COPY package*.json $DIR/
COPY . .
