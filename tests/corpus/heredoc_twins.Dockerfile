FROM a
RUN <<A cat <<-'B' >/c
# not a comment
A
	RUN b
	B
USER d
