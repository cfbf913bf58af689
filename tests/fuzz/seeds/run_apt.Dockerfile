FROM debian:bookworm-slim
RUN apt-get update \
 && apt-get install -y --no-install-recommends \
    curl \
    # why
    git=1:2.39.* \
    ca-certificates \
 && rm -rf /var/lib/apt/lists/*
RUN apt install vim
