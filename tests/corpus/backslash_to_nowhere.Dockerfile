FROM a
\
# nobody home

