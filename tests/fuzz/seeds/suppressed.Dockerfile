# dfix: ignore-file=pin-base-image
# hadolint global ignore=DL3006
FROM debian
# dfix: ignore=add-to-copy,DL3008
ADD . /a
# hadolint ignore=DL3009,DL3015
RUN apt-get update && apt-get install -y x
# check=skip=all
# dfix: ignore
ENV A b
