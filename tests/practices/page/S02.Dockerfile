FROM alpine

...

# SIGQUITを実行する
STOPSIGNAL SIGQUIT

CMD ["nginx", "-g", "daemon off;"]
