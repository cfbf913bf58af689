FROM debian:12
LABEL a="é漢字  x" b='​'
RUN echo ｆｕｌｌ　width && echo 
ENV Ä=ö
