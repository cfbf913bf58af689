FROM a
<<<<<<< HEAD
RUN b
=======
RUN c
>>>>>>> theirs
CMD d
