#!/usr/bin/env docker
# escape=`
FROM a
RUN b `
RUN c
