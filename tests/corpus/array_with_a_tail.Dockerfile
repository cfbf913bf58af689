FROM a
CMD ["b"] # c
RUN ["b"] && c
CMD ["b"\
,"c"]
CMD ["b", 1]
