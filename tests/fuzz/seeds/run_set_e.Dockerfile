FROM debian:12
RUN set -eux; \
	savedAptMark="$(apt-mark showmanual)"; \
	apt-get update; \
	apt-get install -y gcc; \
	\
# note
	make -j "$(nproc)"; \
	apt-mark auto '.*' > /dev/null; \
	find / -name '*.a' -exec rm -f {} +
