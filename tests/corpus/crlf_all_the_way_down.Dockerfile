# escape=\
FROM a

# c
RUN b \
  # d \

  && e
CMD ["f", \
  "g"]
