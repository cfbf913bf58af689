# check=skip=all
#  EsCaPe  =  `  
FROM a
RUN b `
  c
