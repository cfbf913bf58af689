#check=skip=JSONArgsRecommended;error=true
# Escape = `
#syntax = docker/dockerfile:1.7-labs
FROM debian:12
RUN a `
  && b
