FROM a
RUN cat<<EOF
RUN echo $((1<<3)) "<<EOF" <<<b
CMD cat <<EOF
USER c
