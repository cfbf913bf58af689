FROM debian:12
SHELL ["/bin/bash", "-eo", "pipefail", "-c"]
ENTRYPOINT exec top -b
CMD echo ${A} > /x
