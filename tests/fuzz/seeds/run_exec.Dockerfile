FROM debian:12
RUN ["/bin/sh", "-c", "echo \"x\" \u00e9"]
RUN [ "a" , "b" ] c
RUN ['a']
RUN []
