# escape=`
FROM mcr.microsoft.com/windows/servercore:ltsc2022
SHELL ["powershell", "-Command"]
RUN Invoke-WebRequest a `
    -OutFile C:\b
WORKDIR C:\app
COPY a C:\c\
CMD ["C:\\a.exe"]
