FROM debian:12
RUN a \
# one

   # two \
  && b `# three` \
  && c # four
# five
RUN d
