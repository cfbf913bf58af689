"""What the builder takes and what it refuses. Each row was seen at BuildKit 0.25.

With the marker `builds` the rows are put to a real builder again.
"""

import os
import shutil
import subprocess
from pathlib import Path

import pytest

from dfix.check import Problem, problems
from dfix.parser import parse

HEAD = "FROM scratch\n"
DIGEST = "sha256:" + "0123456789abcdef" * 4


def found(text: str | bytes) -> tuple[Problem, ...]:
    return problems(parse(text))


#: Instructions that the builder takes, one behind a FROM each.
ACCEPTED = r"""
RUN
RUN true
run true
RUN --
RUN -- --x
RUN -x
RUN [""]
RUN ["a",]
RUN ['a']
RUN [1] x
RUN [NaN]
RUN [01]
RUN {"a": 1}
RUN [ -e /etc ] && touch /a
RUN echo "${x^}" 'y
RUN echo ${ <<EOF
RUN echo "<<EOF"
RUN true ((1<<3))
RUN ["echo", "<<EOF"]
RUN --network=none true
RUN --network=host true
RUN --network=default
RUN --mount=type=cache,target=/a true
RUN --mount=target=/a true
RUN --mount=target=/a,type=tmpfs true
RUN --mount=TYPE=BIND,TARGET=/a true
RUN --mount=type=bind,target=/a,ro true
RUN --mount=type=bind,target=/a,readwrite=0 true
RUN --mount=type=bind,target=/a,RO true
RUN --mount=type=bind,target=/a,id=x true
RUN --mount=type=bind,target=/a,from=scratch true
RUN --mount=type=bind,target=/a,from= true
RUN --mount=type=bind,target=/.. true
RUN --mount=type=cache,target=./a true
RUN --mount=type=cache,dst=/a,id=$x true
RUN --mount=type=cache,target=/a=b true
RUN --mount=type=cache,target=/a,sharing=LOCKED,mode=755,uid=1,gid=0 true
RUN --mount=type=tmpfs,target=/a,size=1m true
RUN --mount=type=tmpfs,target=/a,size=1.5g true
RUN --mount=type=tmpfs,target=/a,size=1MiB true
RUN --mount=type=secret,id=x true
RUN --mount=type=secret,id=x,required=false true
RUN --mount=type=secret,id=x,env=FOO true
RUN --mount=type=secret,id=x,target=/z,required true
RUN --mount=type=ssh true
RUN --mount=type=ssh,target=/a,mode=600 true
RUN --mount="type=bind",target=/a true
RUN --mount='type=bind,target=/a' true
RUN --mount=type=tmpfs,target=/a --mount=type=tmpfs,target=/b true
CMD
CMD []
CMD -- bar
CMD -- --x
CMD ["a"] --x
CMD [1 x]
ENTRYPOINT
ENTRYPOINT []
SHELL [""]
SHELL -- ["a"]
SHELL ["powershell", "-Command"]
COPY a b
COPY a b c
COPY $x ${y:-z} c/
COPY a\ b c
COPY [ "a b" , "c" ]
COPY [1] b c
COPY [["a"]] /x /y
COPY --from= a b
COPY --from=scratch a b
COPY --chown= a b
COPY --chown=$x:$y a b
COPY --chmod= a b
COPY --chmod=$x a b
COPY --chmod=0755 a b
COPY --chmod='755' a b
COPY --chmod=u=rw,go=r a b
COPY --chmod=+X a b
COPY --chmod== a b
COPY --chmod=u++x a b
COPY --link a b
COPY --link=TRUE a b
COPY --exclude=x --exclude=y a b
COPY --exclude=${x a b
COPY -- a b
COPY --chown=a -- --b c
COPY a "<<EOF"
COPY ["<<EOF", "/a"]
COPY $x/http://a /a
COPY HTTP://x /a
COPY file:///x /a
COPY git@github.com /a
COPY github.com/a/b /a
COPY @scope/a:b /x
COPY ./git@github.com:a/b /a
ADD a b
ADD https://x.y/z /a
ADD https://x.y/z https://x.y/y /a
ADD git@github.com:a/b.git#ref:dir /a
ADD --keep-git-dir a b
ADD --unpack=true a b
ADD --exclude=x a b
ADD --checksum=$x a b
ENV x y
ENV x y=z
ENV x =y
ENV x=
ENV a==b
ENV "" y
ENV ""=y
ENV "a b"=c
ENV a=b\ c d="e f" g='h i'
ENV a="b"c"d"
ENV a="b\"c"
ENV a='b\'
ENV a=\"b
ENV a=`b
ENV a=$x b=${x} c="$x ${x}"
ENV a=${x:-y} b=${x:+y} c=${x-} d=${x:-${y:-z}}
ENV a=${x:-{y}} b=${x:-'y'} c=${x:-\}}
ENV a=${x#a} b=${x##*/} c=${x%%.*}
ENV a=${x/a/b} b=${x//a/b} c=${x//\//-}
ENV a=${1} b=${@} c=$$ d=$ e=$-
ENV a=$(date) b=$((1+2)) c=$[1]
ENV $x b
ENV $x=b
ENV -- a=b
LABEL x y
LABEL a.b c d
LABEL ""=y
LABEL a=b,
LABEL a=b=c
ARG x
ARG x= y=z w
ARG ""
ARG ${
ARG "a
ARG a=b # c
ARG --foo A=1
EXPOSE 80
EXPOSE 80 443/tcp 53/UDP 9/sctp
EXPOSE 0
EXPOSE 080
EXPOSE 80/
EXPOSE 65535
EXPOSE 80-90
EXPOSE 0-0
EXPOSE :80
EXPOSE ::80
EXPOSE 8080:80
EXPOSE 1.2.3.4:80:80
EXPOSE 1.2.3.4::80
EXPOSE [::1]:80:80
EXPOSE ::1:80:80
EXPOSE 80-81:80-81
EXPOSE 80-82:80
EXPOSE $x
EXPOSE ${x}00/tcp
EXPOSE ${x:-80}
EXPOSE "80"
EXPOSE \80
EXPOSE ""
USER a
USER a b # c
USER $x
USER ""
WORKDIR a b
WORKDIR $x
WORKDIR ""
WORKDIR C:\foo
WORKDIR \\foo\bar
STOPSIGNAL 9
STOPSIGNAL -1
STOPSIGNAL +9
STOPSIGNAL 999
STOPSIGNAL SIGTERM
STOPSIGNAL term
STOPSIGNAL "SIGTERM"
STOPSIGNAL SIGRTMIN+15
STOPSIGNAL RTMAX-14
STOPSIGNAL ${x:-SIGTERM}
STOPSIGNAL --x 9
VOLUME a b
VOLUME a\ b
VOLUME ["a b"]
VOLUME ["a"
VOLUME a$x
VOLUME a # b
MAINTAINER a b "c
MAINTAINER ${
MAINTAINER -- a
HEALTHCHECK NONE
HEALTHCHECK none []
HEALTHCHECK --foo NONE
HEALTHCHECK --interval=5s NONE
HEALTHCHECK cmd x
HEALTHCHECK -- CMD x
HEALTHCHECK CMD ["a"]
HEALTHCHECK CMD --foo x
HEALTHCHECK CMD <<EOF
HEALTHCHECK --interval= CMD x
HEALTHCHECK --interval=0 CMD x
HEALTHCHECK --interval=0s CMD x
HEALTHCHECK --interval=1ms CMD x
HEALTHCHECK --interval=1m30s CMD x
HEALTHCHECK --interval=1.5h --timeout=.5s --start-period=5.s --start-interval=+5s CMD x
HEALTHCHECK --interval=2562047h CMD x
HEALTHCHECK --interval=0.0000000001s CMD x
HEALTHCHECK --retries= CMD x
HEALTHCHECK --retries=0 CMD x
HEALTHCHECK --retries=+03 CMD x
HEALTHCHECK --retries=2147483647 CMD x
ONBUILD RUN true
ONBUILD -- RUN true
ONBUILD RUN []
ONBUILD FOO
ONBUILD # foo
ONBUILD ENV
ONBUILD ENV a="b
ONBUILD COPY a
ONBUILD COPY --foo a b
ONBUILD COPY --from=$x a b
ONBUILD HEALTHCHECK FOO
ONBUILD EXPOSE abc
ONBUILD SHELL x
""".strip().splitlines()

#: Whole files that the builder takes.
ACCEPTED_FILES = {
    "only-from": "FROM scratch",
    "mark": "\ufeff" + HEAD,
    "crlf": HEAD.replace("\n", "\r\n") + "ENV a=b\r\n",
    "continued-at-the-end": HEAD + "ENV a=b \\",
    "continued-over-comment": HEAD + "ENV a=b \\\n# c\n\nc=d\n",
    "split-keyword": HEAD + "RU\\\nN true\n",
    "escape-line-first": "\\\nFROM scratch\n",
    "unicode-space-before": HEAD + "\u3000ENV a=b\n",
    "unicode-space-between-pairs": HEAD + "ENV a=b\u00a0c=d\n",
    "unicode-space-between-ports": HEAD + "EXPOSE 80\u00a081\n",
    "heredoc": HEAD + "RUN cat <<EOF\nx\nEOF\n",
    "heredoc-ends-the-file": HEAD + "RUN cat <<EOF\nx\nEOF",
    "heredoc-space": HEAD + "RUN cat << EOF\nx\nEOF\n",
    "heredoc-chomped": HEAD + "RUN cat <<-EOF\n\tx\n\tEOF\n",
    "heredoc-quoted-name": HEAD + 'RUN cat <<"E F"\nx\nE F\n',
    "heredoc-two": HEAD + "RUN cat <<A <<B\nx\nA\ny\nB\n",
    "heredoc-crlf": HEAD + "RUN cat <<EOF\r\nx\r\nEOF\r\n",
    "heredoc-copied": HEAD + "COPY <<A <<B /a\nx\nA\ny\nB\n",
    "heredoc-run-is-not-expanded": HEAD + "RUN <<EOF\n${x^}\nEOF\n",
    "heredoc-copied-quotes": HEAD + "COPY <<EOF /a\nit's $x ${y:-\"}\nEOF\n",
    "heredoc-copied-escaped": HEAD + "COPY <<EOF /a\n\\${x^}\nEOF\n",
    "heredoc-copied-raw": HEAD + "COPY <<'EOF' /a\n${x^}\nEOF\n",
    "heredoc-copied-required": HEAD + "COPY <<EOF /a\n${x:-a\nb}\nEOF\n",
    "heredoc-triggered": HEAD + "ONBUILD RUN <<EOF\nx\nEOF\n",
    "escape-directive": "# escape=`\nFROM scratch\nENV a=`\nb c=\\\n",
    "escape-twice-the-same-kind": "# check=skip=all\n# escape=`\nFROM scratch\nENV a=`\nb\n",
    "no-directive-any-more": "# foo\n# escape=x\nFROM scratch\n",
    "directive-without-value": "# escape=\nFROM scratch\n",
    "check-options": "# check=skip=A,B;error=true\nFROM scratch\n",
    "check-all-options": "# check=skip=A,B;experimental=all;error=true\nFROM scratch\n",
    "check-indented": "# syntax=docker/dockerfile:1\n".replace("#", " #") + HEAD,
    "stage-name": "FROM scratch AS A.b_c-d\n",
    "stage-of-stage": "FROM scratch AS A\nFROM a\n",
    "stage-names-again": "FROM scratch AS a\nFROM a AS a\n",
    "image-quoted": 'FROM "scratch"\n',
    "image-escaped": "FROM scra\\tch\n",
    "image-of-argument": "ARG x=scratch\nFROM $x\n",
    "image-partly-of-argument": "ARG x=sc\nFROM ${x}ratch\n",
    "image-of-nothing-more": "FROM scratch$x\n",
    "platform": "FROM --platform=linux/amd64 scratch\n",
    "platform-alone": "FROM --platform=x86_64 scratch\n",
    "platform-case": "FROM --platform=Linux/AMD64 scratch\n",
    "platform-variant": "FROM --platform=linux/arm/v7 scratch\n",
    "platform-any-architecture": "FROM --platform=linux/foo scratch\n",
    "platform-version": "FROM --platform=windows(10.0)/amd64 scratch\n",
    "platform-empty": "FROM --platform= scratch\n",
    "platform-predefined": "FROM --platform=$BUILDPLATFORM scratch\n",
    "argument-before": "ARG a b=c\nFROM scratch\n",
    "argument-flag-before": "ARG --foo x\nFROM scratch\n",
    "copy-from-stage": "FROM scratch AS a\nFROM scratch\nCOPY --from=A x y\n",
    "copy-from-number": "FROM scratch\nFROM scratch\nCOPY --from=0 x y\nCOPY --from=+00 x y\n",
    "copy-from-stranger": "FROM scratch AS a\nCOPY --from=scratch x y\nCOPY --from=1 x y\n",
    "mount-from-stage": "FROM scratch AS a\nFROM scratch\nRUN --mount=from=A,target=/x true\n",
    "trigger-not-run": "FROM scratch AS a\nONBUILD FOO\nFROM scratch\n",
    "longest-line": HEAD + "#" + "x" * 65_534 + "\n",
    "longest-line-of-wide-characters": HEAD + "#" + "ä" * 32_767 + "\n",
    "longest-last-line": HEAD + "#" + "x" * 65_534,
    "longest-heredoc-line": HEAD + "RUN <<EOF\n#" + "x" * 65_534 + "\nEOF\n",
    "longer-logical-line": HEAD + "ENV a=" + ("x" * 60_000 + "\\\n") * 3 + "x\n",
    "nul": HEAD + "RUN \x00\n",
}

#: What newer frontends or the `labs` channel take, or what the file alone cannot tell.
ACCEPTED_HERE = r"""
COPY --parents a b
RUN --security=insecure true
RUN --device=vendor.com/class=x true
RUN --mount=type=cache true
RUN --mount=type=bind,target=$x true
RUN --mount=type=$x,target=/a,required true
RUN --mount=type=cache,target=/a,mode=$x,sharing=$y true
RUN --mount=type=bind,target=. true
COPY a ${x:?}
COPY --from=gcr.io/distroless/static:nonroot /a /b
ENV a=${x:?} b="${y:?message}"
EXPOSE ${x}/tcp
EXPOSE ${x:-abc}
STOPSIGNAL $x
STOPSIGNAL ${x:-foo}
VOLUME $x
VOLUME ["$x"]
USER ${x:?}
ARG a=${x:?}
""".strip().splitlines()

G, B = "grammar", "build"
#: Instructions that the builder refuses: the kind of the problem, a part of the message, the line.
REFUSED = [
    tuple(row.split(" | ", 2))
    for row in r"""
grammar | unknown instruction: FOO | FOO bar
grammar | unknown instruction: {{ | {{ x }}
grammar | unknown instruction: ... | ...
grammar | unknown instruction: --foo | --foo
grammar | --foo | RUN --foo true
grammar | --MOUNT | RUN --MOUNT=type=bind true
grammar | flag --- | RUN ---x true
grammar | flag -- | RUN --=x true
grammar | other than strings | RUN ["true", 1]
grammar | other than strings | RUN [null]
grammar | other than strings | RUN [["a"]]
grammar | other than strings | CMD [1.5e3, -0, {"a": [null]}]
grammar | other than strings | ENTRYPOINT [true ]
grammar | other than strings | SHELL ["a", 1]
grammar | other than strings | COPY ["a", 1]
grammar | other than strings | ADD [ "a b" , "c" , 1 ]
grammar | other than strings | VOLUME [1]
grammar | other than strings | HEALTHCHECK CMD [1]
grammar | other than strings | HEALTHCHECK NONE [1]
build | --network is given twice | RUN --network=none --network=none true
build | no network "foo" | RUN --network=foo true
build | no network "NONE" | RUN --network=NONE true
build | no network "$x" | RUN --network=$x true
build | no network "" | RUN --network= true
build | --network needs a value | RUN --network true
build | --mount needs a value | RUN --mount type=bind,target=/a true
build | --mount is empty | RUN --mount= true
build | must be key=value | RUN --mount=x true
build | must be key=value | RUN --mount=type=bind,target=/a, true
build | must be key=value | RUN --mount=type=bind,target=/a,foo true
build | must be key=value | RUN --mount=type=cache,uid,target=/a true
build | no type of --mount | RUN --mount=type=foo true
build | no type of --mount | RUN --mount=type=bind;target=/a true
build | does not know "foo" | RUN --mount=type=bind,target=/a,foo=1 true
build | no target | RUN --mount=type=bind,target=/ true
build | no target | RUN --mount=type=cache,dst=/ true
build | no target | RUN --mount=target=/,type=tmpfs true
build | does not take "sharing=foo" | RUN --mount=type=cache,target=/a,sharing=foo true
build | does not take "mode=799" | RUN --mount=type=cache,target=/a,mode=799 true
build | does not take "mode=0o755" | RUN --mount=type=cache,target=/a,mode=0o755 true
build | does not take "mode=" | RUN --mount=type=cache,target=/a,mode= true
build | does not take "uid=+1" | RUN --mount=type=cache,target=/a,uid=+1 true
build | does not take "gid=5000000000" | RUN --mount=type=cache,target=/a,gid=5000000000 true
build | does not take "size=1x" | RUN --mount=type=tmpfs,target=/a,size=1x true
build | does not take "size=-1" | RUN --mount=type=tmpfs,target=/a,size=-1 true
build | does not take "size=" | RUN --mount=type=tmpfs,target=/a,size= true
build | does not take "ro=yes" | RUN --mount=type=bind,target=/a,ro=yes true
build | does not take "required=maybe" | RUN --mount=type=secret,id=x,required=maybe true
build | "size" does not go | RUN --mount=type=bind,target=/a,size=1m true
build | "size" does not go | RUN --mount=size=1m,type=tmpfs,target=/a true
build | "required" does not go | RUN --mount=required,type=secret,id=x true
build | "required" does not go | RUN --mount=type=cache,target=/a,required true
build | "sharing" does not go | RUN --mount=type=bind,target=/a,sharing=shared true
build | "sharing" does not go | RUN --mount=type=ssh,sharing=shared true
build | "mode" does not go | RUN --mount=type=bind,target=/a,mode=755 true
build | needs an id | RUN --mount=type=secret true
build | needs an id | RUN --mount=type=secret,env=x true
build | do not go together | RUN --mount=type=secret,id=x,source=y true
build | from" does not go | RUN --mount=type=secret,target=/x,from=scratch true
build | does not take variables | RUN --mount=type=bind,target=/a,from=$x true
build | x$ is no reference | RUN --mount=type=bind,target=/a,from=x$ true
build | Foo is no reference | RUN --mount=type=cache,target=/a,from=Foo true
build | ${x | RUN --mount=type=bind,target=${x true
grammar | --foo | CMD --foo bar
grammar | --x | ENTRYPOINT --x
grammar | JSON array | SHELL
grammar | JSON array | SHELL bash -c
grammar | JSON array | SHELL ["a"] # c
grammar | JSON array | SHELL ['a']
grammar | --x | SHELL --x ["a"]
build | needs a command | SHELL []
grammar | a source and a destination | COPY
grammar | a source and a destination | COPY a
grammar | a source and a destination | COPY []
grammar | a source and a destination | COPY ["a"]
grammar | a source and a destination | COPY ["a","b",]
grammar | a source and a destination | COPY --
grammar | a source and a destination | ADD a
grammar | --foo | COPY --foo a b
grammar | --FROM | COPY --FROM=x a b
grammar | --keep-git-dir | COPY --keep-git-dir a b
grammar | --from | ADD --from=x a b
build | --from needs a value | COPY --from a b
build | --from does not take variables | COPY --from=$x a b
build | --from does not take variables | COPY --from=${x} a b
build | $ is no reference | COPY --from=$ a b
build | Foo is no reference | COPY --from=Foo a b
build | the stage 0 is not complete | COPY --from=0 a b
build | no stage 1 | COPY --from=1 a b
build | no stage -1 | COPY --from=-1 a b
build | --from is given twice | COPY --from=a --from=b a b
build | --link is true or false | COPY --link= a b
build | --link is true or false | COPY --link=maybe a b
build | --keep-git-dir is true or false | ADD --keep-git-dir=yes a b
build | --exclude needs a value | COPY --exclude a b
build | ${x | COPY --chown=${x a b
build | "abc" is no file mode | COPY --chmod=abc a b
build | "99" is no file mode | COPY --chmod=99 a b
build | "77777" is no file mode | COPY --chmod=77777 a b
build | "0o755" is no file mode | COPY --chmod=0o755 a b
build | "+755" is no file mode | COPY --chmod=+755 a b
build | "u+x," is no file mode | COPY --chmod=u+x, a b
build | "rwxr-xr-x" is no file mode | COPY --chmod=rwxr-xr-x a b
build | quote is not closed | COPY "a b" c
build | quote is not closed | COPY 'a b
build | ${x | COPY a ${x
build | COPY does not fetch | COPY https://x.y/z /a
build | COPY does not fetch | COPY "http://x/y" /a
build | COPY does not fetch | COPY ["http://x/y", "/a"]
build | COPY does not fetch | COPY git@github.com:a/b.git /a
build | COPY does not fetch | COPY a_b@c.d:e/f x
build | COPY does not fetch | COPY ssh://x/y /a
build | heredoc for a destination | COPY ["a", "<<EOF"]
build | "foo" is no digest | ADD --checksum=foo https://x.y/z /a
build | "sha256:abc" is no digest | ADD --checksum=sha256:abc https://x.y/z /a
build | from the web or from git | ADD --checksum=sha256:abc a /a
build | one source only | ADD --checksum=sha256:abc https://x.y/z https://x.y/y /a/
grammar | ENV needs a name and a value | ENV
grammar | a value for x | ENV x
grammar | name=value, not z | ENV x=y z
grammar | name=value, not b | ENV a= b
grammar | name=value, not # | ENV a=b # c=d
grammar | name=value, not b} | ENV a=${x:+a b}
grammar | --x | ENV --x a=b
grammar | LABEL needs a name and a value | LABEL
grammar | a value for x | LABEL x
grammar | name=value, not c | LABEL a=b c
build | ENV has a value without a name | ENV =y
build | ENV has a value without a name | ENV x=y =z
build | LABEL has a value without a name | LABEL =y
build | quote is not closed | ENV "a b" c
build | quote is not closed | ENV "a=b"
build | quote is not closed | ENV a="b
build | quote is not closed | ENV a b"c
build | quote is not closed | ENV a it's
build | quote is not closed | ENV a="b\"
build | quote is not closed | ENV a="b"c"
build | quote is not closed | LABEL a='it's'
build | ${ | ENV a=${
build | ${x | ENV a=${x
build | ${} | ENV a=${}
build | ${x:=y} | ENV a=${x:=y}
build | ${x^^} | ENV a=${x^^}
build | ${!x} | ENV a=${!x}
build | ${#x} | ENV a=${#x}
build | ${x[0]} | ENV a=${x[0]}
build | ${x:1:2} | ENV a=${x:1:2}
build | ${x/a} | ENV a=${x/a}
build | ${x#\a} | ENV a=${x#\a}
build | ${{x}} | ENV a=${{x}}
build | ${x@Q} | ENV a="${x@Q}"
build | ${x:-${y} | ENV a=${x:-${y}
build | ${x:-"y} | ENV a=${x:-"y}
build | ARG needs a name | ARG
build | ARG needs a name | ARG --foo
build | ARG has a value without a name | ARG =x
build | ARG has a value without a name | ARG a b =c
build | quote is not closed | ARG a="b
build | quote is not closed | ARG a='b c
build | ${ | ARG a=${
grammar | EXPOSE needs a port | EXPOSE
grammar | --x | EXPOSE --x 80
build | "abc" is no port | EXPOSE abc
build | "65536" is no port | EXPOSE 65536
build | "90-80" is no port | EXPOSE 90-80
build | "80-" is no port | EXPOSE 80-
build | "80-81-82" is no port | EXPOSE 80-81-82
build | "1-70000" is no port | EXPOSE 1-70000
build | "80,81" is no port | EXPOSE 80,81
build | "80;" is no port | EXPOSE 80;
build | "#" is no port | EXPOSE 80 # c
build | "8_0" is no port | EXPOSE 8_0
build | is no port | EXPOSE ["80"]
build | no port in "/tcp" | EXPOSE /tcp
build | no port in "80:" | EXPOSE 80:
build | "xyz" is no protocol | EXPOSE 80/xyz
build | "tcp/udp" is no protocol | EXPOSE 80/tcp/udp
build | "foo" is no protocol | EXPOSE 80/tcp "90/foo"
build | "1.2.3" is no IP address | EXPOSE 1.2.3:80:80
build | "localhost" is no IP address | EXPOSE localhost:80:80
build | is no IP address | EXPOSE fe80::1%eth0:80:80
build | ranges of different lengths | EXPOSE 80-82:80-81
build | "x" is no port | EXPOSE x:80
build | quote is not closed | EXPOSE "80 81"
grammar | USER needs an argument | USER
grammar | --x | USER --x a
build | quote is not closed | USER "a
build | ${ | USER ${
grammar | WORKDIR needs an argument | WORKDIR
build | quote is not closed | WORKDIR '
build | ${x | WORKDIR ${x
grammar | STOPSIGNAL needs an argument | STOPSIGNAL
build | "0" is no signal | STOPSIGNAL 0
build | "foo" is no signal | STOPSIGNAL foo
build | "SIG" is no signal | STOPSIGNAL SIG
build | "SIG9" is no signal | STOPSIGNAL SIG9
build | "SIGRTMIN+16" is no signal | STOPSIGNAL SIGRTMIN+16
build | "SIGRTMAX-15" is no signal | STOPSIGNAL SIGRTMAX-15
build | "99999999999999999999" is no signal | STOPSIGNAL 99999999999999999999
build | is no signal | STOPSIGNAL SIGTERM # c
build | is no signal | STOPSIGNAL ["SIGTERM"]
grammar | VOLUME needs a path | VOLUME
grammar | VOLUME needs a path | VOLUME []
grammar | --x | VOLUME --x a
build | an empty path | VOLUME [""]
build | an empty path | VOLUME [" "]
build | an empty path | VOLUME "" a
build | an empty path | VOLUME ["''"]
build | quote is not closed | VOLUME "a b"
build | ${x | VOLUME ["${x"]
build | MAINTAINER needs a name | MAINTAINER
grammar | --x | MAINTAINER --x a
build | not nothing | HEALTHCHECK
build | not nothing | HEALTHCHECK --timeout=3s
build | takes nothing more | HEALTHCHECK NONE x
build | CMD needs a command | HEALTHCHECK CMD
build | CMD needs a command | HEALTHCHECK CMD []
build | CMD or NONE, not CURL | HEALTHCHECK curl x
grammar | --foo | HEALTHCHECK --foo=1 CMD x
build | --interval needs a value | HEALTHCHECK --interval 5s CMD x
build | "5" is no duration | HEALTHCHECK --interval=5 CMD x
build | "1d" is no duration | HEALTHCHECK --timeout=1d CMD x
build | "5S" is no duration | HEALTHCHECK --start-period=5S CMD x
build | "$x" is no duration | HEALTHCHECK --start-interval=$x CMD x
build | "5s5" is no duration | HEALTHCHECK --interval=5s5 CMD x
build | shorter than a millisecond | HEALTHCHECK --interval=-5s CMD x
build | shorter than a millisecond | HEALTHCHECK --interval=500us CMD x
build | is too long | HEALTHCHECK --interval=2562048h CMD x
build | no number of retries | HEALTHCHECK --retries=-1 CMD x
build | no number of retries | HEALTHCHECK --retries=x CMD x
build | no number of retries | HEALTHCHECK --retries=3.0 CMD x
build | no number of retries | HEALTHCHECK --retries=2147483648 CMD x
build | --retries is given twice | HEALTHCHECK --retries=3 --retries=4 CMD x
build | ONBUILD needs an instruction | ONBUILD
build | ONBUILD does not take ONBUILD | ONBUILD onbuild RUN x
build | ONBUILD does not take FROM | ONBUILD FROM x
build | ONBUILD does not take MAINTAINER | ONBUILD MAINTAINER x
grammar | --x | ONBUILD --x RUN y
build | a value for x | ONBUILD ENV x
build | name=value, not c | ONBUILD ENV a=b c
build | other than strings | ONBUILD CMD ["a", 1]
""".strip().splitlines()
]

#: Whole files that the builder refuses: the line, the kind and a part of the message.
REFUSED_FILES = {
    "no-from": ("RUN true\n", 1, G, "RUN before the first FROM"),
    "before-from": ("# c\n\nARG a\nRUN true\nRUN x\nFROM scratch\n", 4, G, "before the first FROM"),
    "unknown-without-from": ("ARG a\nFOO x", 2, G, "unknown instruction: FOO"),
    "only-an-escape": ("\\\n", 1, G, "unknown instruction"),
    "carriage-returns-alone": ("FROM scratch\rENV a=b\r", 1, B, "AS"),
    "unicode-space-in-keyword": (HEAD + "ENV\u00a0a=b\n", 2, G, "unknown instruction"),
    "unicode-space-in-pair": (HEAD + "ENV k\u00a0v\n", 2, G, "a value for"),
    "line-after-comment": (HEAD + "# a\n\n# b\nFOO\n", 5, G, "FOO"),
    "line-after-continuation": (HEAD + "RUN a \\\n  b\nENV a=b \\\n c\n", 4, G, "name=value"),
    "line-after-heredoc": (HEAD + "RUN cat <<EOF\nx\nEOF\nFOO\n", 5, G, "FOO"),
    "line-crlf": ("FROM scratch\r\n\r\nFOO\r\n", 3, G, "FOO"),
    "from-nothing": ("FROM\n", 1, G, "FROM needs an image"),
    "from-two": ("FROM scratch as\n", 1, G, "FROM needs an image"),
    "from-four": ("FROM scratch AS a # c\n", 1, G, "FROM needs an image"),
    "from-comment": ("FROM scratch # c\n", 1, B, "FROM needs AS"),
    "from-flag": ("FROM --foo=1 scratch\n", 1, G, "--foo"),
    "from-flag-case": ("FROM --Platform=linux scratch\n", 1, G, "--Platform"),
    "from-flag-twice": ("FROM --platform=linux --platform=linux scratch\n", 1, B, "given twice"),
    "from-flag-bare": ("FROM --platform scratch\n", 1, B, "needs a value"),
    "stage-name-number": ("FROM scratch AS 1a\n", 1, B, "1a is no name"),
    "stage-name-variable": ("FROM scratch AS $x\n", 1, B, "$x is no name"),
    "image-upper": ("FROM Busybox:1.35\n", 1, B, "Busybox:1.35 is no reference"),
    "image-scratch-upper": ("FROM SCRATCH\n", 1, B, "SCRATCH"),
    "image-stage-upper": ("FROM scratch AS Foo\nFROM Foo\n", 2, B, "Foo is no reference"),
    "image-empty": ('FROM ""\n', 1, B, "no name"),
    "image-address": ("FROM https://foo/bar\n", 1, B, "is no reference"),
    "image-tag": ("FROM busybox:\n", 1, B, "is no reference"),
    "image-digest": ("FROM a@sha256:123\n", 1, B, "is no reference"),
    "image-undeclared": ("FROM $x\n", 1, B, "no name"),
    "image-partly-undeclared": ("FROM busybox:$x\n", 1, B, "busybox: is no reference"),
    "image-of-stage-argument": (
        "FROM scratch AS a\nARG V=1\nFROM busybox:$V\n", 3, B, "busybox: is no reference",
    ),
    "image-unreadable": ("FROM ${x\n", 1, B, "${x"),
    "image-required": ("FROM ${x:?}\n", 1, B, "${x:?}"),
    "platform-unknown": ("FROM --platform=foo scratch\n", 1, B, '"foo" is no platform'),
    "platform-star": ("FROM --platform=* scratch\n", 1, B, "no platform"),
    "platform-comma": ("FROM --platform=linux,amd64 scratch\n", 1, B, "no platform"),
    "platform-half": ("FROM --platform=linux/ scratch\n", 1, B, "no platform"),
    "platform-long": ("FROM --platform=linux/amd64/v1/x scratch\n", 1, B, "no platform"),
    "platform-undeclared": ("FROM --platform=$x scratch\n", 1, B, "platform is empty"),
    "argument-before": ("ARG a=${\nFROM scratch\n", 1, B, "${"),
    "argument-before-nameless": ("ARG =x\nFROM scratch\n", 1, B, "without a name"),
    "escape-unknown": ("# escape=x\nFROM scratch\n", 1, G, "escape character"),
    "escape-twice": ("# escape=\\\n# escape=\\\nFROM scratch\n", 2, G, "second # escape="),
    "check-twice": ("# check=skip=all\n# check=skip=all\nFROM scratch\n", 2, G, "second # check="),
    "check-nothing": ("# check=foo\nFROM scratch\n", 1, B, '"foo"'),
    "check-option": ("# check=foo=bar\nFROM scratch\n", 1, B, '"foo"'),
    "check-blank": ("# check=skip=A; error=true\nFROM scratch\n", 1, B, '""'),
    "check-third-option": ("# check=skip=A;experimental=all;error=x\nFROM scratch\n", 1, B, "not x"),
    "check-error": ("# check=error=maybe\nFROM scratch\n", 1, B, "maybe"),
    "heredoc-open": (HEAD + "RUN cat <<EOF\nx\n", 2, G, "EOF is not ended"),
    "heredoc-open-at-once": (HEAD + "RUN <<EOF", 2, G, "not ended"),
    "heredoc-second-open": (HEAD + "RUN cat <<A <<B\nx\nA\ny", 2, G, "B is not ended"),
    "heredoc-blank-behind": (HEAD + "RUN cat <<EOF\nx\nEOF \n", 2, G, "not ended"),
    "heredoc-comment": (HEAD + "RUN true # <<EOF\n", 2, G, "not ended"),
    "heredoc-shift": (HEAD + "RUN true $((1 << 3))\n", 2, G, "not ended"),
    "heredoc-quote-open": (HEAD + "RUN cat <<'EOF\nx\nEOF\n", 3, G, "unknown instruction: x"),
    "heredoc-triggered": (HEAD + "ONBUILD RUN <<EOF\nx\n", 2, B, "not ended"),
    "heredoc-copied-open": (HEAD + "COPY <<EOF /a\nx\n", 2, G, "not ended"),
    "heredoc-alone": (HEAD + "COPY <<EOF\nx\nEOF\n", 2, G, "a source and a destination"),
    "heredoc-destination": (HEAD + "COPY a 3<<-EOF\nx\nEOF\n", 2, B, "heredoc for a destination"),
    "heredoc-content": (HEAD + "COPY <<EOF /a\n${x^}\nEOF\n", 2, B, "${x^}"),
    "heredoc-content-quote": (HEAD + 'ADD <<EOF /a\n${x"}\nEOF\n', 2, B, "modifier"),
    "copy-from-later": (
        "FROM scratch\nCOPY --from=b x y\nFROM scratch AS b\n", 2, B, "b is not complete",
    ),
    "copy-from-later-number": (
        "FROM scratch\nCOPY --from=1 x y\nFROM scratch\n", 2, B, "1 is not complete",
    ),
    "copy-from-itself": ("FROM scratch AS a\nCOPY --from=a x y\n", 2, B, "a is not complete"),
    "copy-from-name-again": (
        "FROM scratch AS a\nFROM a AS a\nCOPY --from=a x y\n", 3, B, "a is not complete",
    ),
    "copy-from-no-stranger-yet": (
        "FROM scratch AS a\nCOPY --from=1 x y\nCOPY --from=scratch x y\n", 2, B, "no stage 1",
    ),
    "mount-from-itself": (
        "FROM scratch AS a\nRUN --mount=from=A,target=/x true\n", 2, B, "A is not complete",
    ),
    "mount-from-later": (
        "FROM scratch\nRUN --mount=from=b,target=/x true\nFROM scratch AS b\n", 2, B, "complete",
    ),
    "stage-unused": ("FROM scratch AS a\nSTOPSIGNAL foo\nFROM scratch\n", 2, B, "no signal"),
    "trigger-run": ("FROM scratch AS a\nONBUILD FOO x\nFROM a\n", 2, B, "FOO"),
    "trigger-run-copy": ("FROM scratch AS a\nONBUILD COPY x\nFROM a\n", 2, B, "a destination"),
    "trigger-run-word": ('FROM scratch AS a\nONBUILD ENV a="b\nFROM a\n', 2, B, "not closed"),
    "long-line": (HEAD + "#" + "x" * 65_535 + "\n", 2, G, "longer than 65,535 bytes"),
    "long-line-return": (HEAD + "#" + "x" * 65_534 + "\r\n", 2, G, "longer than"),
    "long-line-bytes": (HEAD + "#" + "ä" * 32_768 + "\n", 2, G, "longer than"),
    "long-last-line": (HEAD + "#" + "x" * 65_535, 2, G, "longer than"),
    "long-first-line": ("\ufeff#" + "x" * 65_532 + "\n" + HEAD, 1, G, "longer than"),
    "long-heredoc-line": (HEAD + "RUN <<A\n#" + "x" * 65_535 + "\nA\n", 3, G, "longer than"),
}  # fmt: skip

EMPTY = {
    "nothing": b"",
    "blank": b" \n\n",
    "comment": b"# c\n",
    "directive": b"# syntax=docker/dockerfile:1\n",
    "arguments": b"ARG a\nARG b=c\n",
}


@pytest.mark.parametrize("line", ACCEPTED + ACCEPTED_HERE)
def test_a_good_instruction_has_no_problem(line: str) -> None:
    assert found(f"{HEAD}{line}\n") == ()


@pytest.mark.parametrize("text", ACCEPTED_FILES.values(), ids=ACCEPTED_FILES)
def test_a_good_file_has_no_problem(text: str) -> None:
    assert found(text) == ()


def test_bytes_that_are_no_utf_8_are_no_problem() -> None:
    assert found(b"FROM scratch\nENV a=\xff\xfe\nRUN \xc3\n") == ()


@pytest.mark.parametrize("data", EMPTY.values(), ids=EMPTY)
def test_a_file_that_builds_nothing_is_told_from_a_wrong_one(data: bytes) -> None:
    (problem,) = found(data)
    assert problem.kind == "empty"


@pytest.mark.parametrize(("kind", "message", "line"), REFUSED)
def test_a_bad_instruction_is_told_with_its_line(kind: str, message: str, line: str) -> None:
    (problem,) = found(f"{HEAD}{line}\n")
    assert (problem.line, problem.kind) == (2, kind)
    assert message in problem.message


@pytest.mark.parametrize(
    ("text", "line", "kind", "message"), REFUSED_FILES.values(), ids=REFUSED_FILES
)
def test_a_bad_file_is_told_with_its_first_line(
    text: str, line: int, kind: str, message: str
) -> None:
    first = found(text)[0]
    assert (first.line, first.kind) == (line, kind)
    assert message in first.message


def test_an_empty_array_cannot_be_run() -> None:
    # The builder says so only when it has begun the build, but before any step.
    (problem,) = found(HEAD + "RUN []\n")
    assert problem.kind == "build"


def test_a_digest_fits_its_source() -> None:
    assert found(f"{HEAD}ADD --checksum={DIGEST} https://x.y/z /a\n") == ()
    assert found(f"{HEAD}ADD --checksum={DIGEST} git@github.com:a/b.git /a\n") == ()
    assert len(found(f"{HEAD}ADD --checksum={DIGEST} a /a\n")) == 1
    assert len(found(f"{HEAD}ADD --checksum={DIGEST} https://x.y/z https://x.y/y /a/\n")) == 1


def test_problems_come_in_the_order_of_the_file_one_for_each_instruction() -> None:
    text = "# escape=x\nFROM scratch\nCOPY --from=Foo a b\nENV a\nSTOPSIGNAL\n#" + "x" * 65_535
    assert [problem.line for problem in found(text)] == [1, 3, 4, 5, 6]


def test_a_fragment_is_told_once() -> None:
    assert len(found("RUN a\nRUN b\nENV c\n")) == 1


def test_an_instruction_before_from_hides_nothing_behind_it() -> None:
    assert [problem.line for problem in found("RUN a\nFROM scratch\nENV c\n")] == [1, 3]


def _docker(*arguments: str, cwd: Path) -> subprocess.CompletedProcess[str]:
    command = ["docker", *arguments]
    return subprocess.run(command, cwd=cwd, capture_output=True, text=True, check=False)


def _is_refused(text: str, folder: Path) -> bool:
    (folder / "Dockerfile").write_bytes(text.encode())
    done = _docker("buildx", "build", "--check", "-f", "Dockerfile", "context", cwd=folder)
    lines = (done.stderr + done.stdout).splitlines()
    errors = [line for line in lines if line.startswith("ERROR:")]
    assert errors or any(line.startswith("Check complete") for line in lines), lines
    return not any("failed to resolve source metadata" in error for error in errors) and bool(
        errors
    )


@pytest.mark.builds
@pytest.mark.skipif(
    not os.environ.get("DOCKER_HOST") or shutil.which("docker") is None,
    reason="no DOCKER_HOST, or no docker client on the PATH",
)
def test_the_builder_itself_says_the_same(tmp_path: Path) -> None:
    if _docker("buildx", "version", cwd=tmp_path).returncode:
        pytest.skip("the docker client has no buildx")
    (tmp_path / "context").mkdir()
    taken = [*(f"{HEAD}{line}\n" for line in ACCEPTED), *ACCEPTED_FILES.values()]
    refused = [f"{HEAD}{row[2]}\n" for row in REFUSED]
    refused += [text for text, *_ in REFUSED_FILES.values()]
    assert [text for text in taken if _is_refused(text, tmp_path)] == []
    assert [text for text in refused if not _is_refused(text, tmp_path)] == []


def test_a_message_does_not_quote_a_whole_line() -> None:
    (problem,) = problems(parse("FROM debian:12\n" + "x" * 50_000 + "\n"))
    assert len(problem.message) == 240
    assert problem.message.endswith("xxx…")
