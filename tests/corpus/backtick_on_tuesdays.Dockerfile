# escape=`
FROM a
WORKDIR C:\b\
COPY C:\c\ `
  D:\
RUN d ``
RUN --mount=target=C:\e f `

  # g
  h
