FROM debian:12
RUN if test -f /x; then a; elif b; then c; else d; fi && \
  for i in a b; do echo $i; done; \
  while read -r l; do :; done < /f; \
  case $A in a|b) c ;; *) d ;; esac; \
  { a; b; } 2>&1 | tee /log & wait
