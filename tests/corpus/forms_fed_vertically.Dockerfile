FROM	a
COPYbc	d
COPY <<EOF e

RUNf
