FROM a
RUN b \
  # crumbs

   