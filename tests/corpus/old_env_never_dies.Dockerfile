FROM a
ENV A b c  d
ENV B it\'s "q" 'r'
ENV C \
  d=e
ENV D\
=f
LABEL g
ENV 'h i' j
ARG k l=m
