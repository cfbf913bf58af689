FROM debian:12
RUN cd /srv && export A=b && umask 027 && touch x
RUN . /env.sh && eval $CMD || exit 1
RUN trap 'echo x' EXIT; f() { a; }; f
RUN : ${X:=y}; (( i++ )); alias a=b
