FROM debian:12
SHELL ["/bin/bash", "-o", "pipefail", "-c"]
RUN curl -fsSL https://example.com/x | tar xz -C /opt
RUN wget -qO- https://example.com/x | sh
RUN ! a | b || true
