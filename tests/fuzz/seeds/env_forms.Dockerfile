FROM alpine:3.20
ENV A b  c
ENV B=1 C="x $A" D='$A' \
    E=a\ b
ENV PATH=/opt/bin:$PATH LD_LIBRARY_PATH=${LD_LIBRARY_PATH}:/x
ENV F "q" w
ENV G=
