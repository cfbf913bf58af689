FROM a
RUN [ -e /b ] && touch /c
CMD ['a']
CMD ["a",]
CMD ["C:\x"]
VOLUME [ "/d" , "/e" ]	
ENTRYPOINT []
