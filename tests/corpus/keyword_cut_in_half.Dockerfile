FR\
OM a
\
  RU\
# c

N d
