"""Files by hand: what a generator would hardly hit, one for a rule of the language or a few.

The names begin with the rule's number where the project's tests of the parser and the plan have one.
"""

from tests.builds.plan.stand_ins import PLAIN, RICH, TRIGGERS
from tests.builds.plan.strategies import Drawn


def _lines(*lines: str, **arguments: str) -> Drawn:
    return Drawn("".join(f"{line}\n" for line in lines), tuple(arguments.items()))


_ON = f"FROM {PLAIN}"
_CALL = "/bin/probe"

FILES: dict[str, Drawn] = {
    # ------------------------------------------------------------------------- lines
    "L1 CRLF": Drawn(f"{_ON}\r\nENV A=1 \\\r\n  B=2\r\nCMD a  b\r\nRUN {_CALL} 1 && \\\r\n :\r\n"),
    "L1 no line feed at the end": Drawn(f"{_ON}\nCMD a  b"),
    "L2 blanks behind a backslash": Drawn(f"{_ON}\nENV A=1 \\ \t\n  B=2\nCMD a \\  \n  b\n"),
    "L3 two backslashes at the end": _lines(_ON, r"ENV A=a\\", "ENV B=b", r"CMD x\\", "USER 5"),
    "L4 nothing between lines": _lines(_ON, r"ENV A=a\ ".rstrip(), "b", "CMD e\\", '   "f"\\', "g"),
    "L5 comments within": _lines(
        _ON, "ENV A=1 \\", "# no \\", "  # neither", "  B=2", "CMD a \\", "#b", "  c  "
    ),
    "L6 blank lines within": _lines(_ON, f"RUN {_CALL} 1 && \\", "", "", f"  {_CALL} 2 && :"),
    "L7 a split keyword": _lines(_ON, "\\", "E\\", "NV A=1", "LAB\\", "EL a=b", "CMD a \\"),
    "L8 blanks before": Drawn(f"{_ON}\n \t\v\fENV A=1\n\u00a0\u3000LABEL\t\v a=b\nCMD\t a \t \n"),
    "L9 byte order mark": Drawn(f"\ufeff# escape=`\n{_ON}\nENV A=1 `\n  B=\\x\n"),
    "L14 case of keywords": _lines(_ON, "eNv A=1", "cMd a", "entryPOINT b", "HealthCheck cmd c"),
    # -------------------------------------------------------------------- directives
    "L15 a comment ends them": _lines("# note", "# escape=`", _ON, "ENV A=a\\", " B=`b", "CMD `"),
    "L15 a blank line ends them": _lines("", "# escape=`", _ON, "ENV A=1 \\", " B=`b"),
    "L15 an unknown one ends them": _lines("# foo=bar", "# escape=`", _ON, "ENV A=1 \\", " B=`b"),
    "L16 blanks and case": _lines("#  EsCaPe  =  `", _ON, "ENV A=1 `", " B=\\b`$A", 'CMD "\\`'),
    "L19 backtick": _lines(
        "# escape=`", _ON, 'ENV A="`"`$x\\" B=c:\\d`\\e', "WORKDIR /a`b\\c", f"RUN {_CALL} 1; : `", "x"
    ),
    # ------------------------------------------------------------------- trailing notes
    "no comment behind": _lines(
        _ON, "WORKDIR /a # b", "USER 7 # x", "CMD a # b", "MAINTAINER a # b", "ARG A=1 # b"
    ),
    "no comment behind JSON": _lines(_ON, 'CMD ["a"] # c', 'ENTRYPOINT ["a"] && b'),
    # --------------------------------------------------------------------------- JSON
    "JSON that is one": _lines(
        _ON, 'CMD  [ "a" , \\', '   "\\u0041\\t\\\\\\/" ]  ', 'ENTRYPOINT ["é","\\ud83d\\ude00",""]'
    ),
    "JSON that is none": _lines(_ON, "CMD ['a']", 'ENTRYPOINT ["C:\\x"]'),
    "JSON that is none, either": _lines(_ON, 'CMD ["a",]', 'ENTRYPOINT [ "a" "b" ]'),
    "JSON in RUN": _lines(_ON, "RUN [ -e /etc ] && /bin/probe 1 && :", 'RUN ["/bin/probe", "2"]'),
    "empty entry point": _lines(_ON, "ENTRYPOINT"),
    "empty command": _lines(_ON, "CMD"),
    "cleared commands": _lines(f"FROM {RICH}", "ENTRYPOINT []", "CMD []"),
    "JSON is expanded in VOLUME and COPY": _lines(
        _ON, "ENV V=/v A=$X", 'VOLUME ["$V/a", "${W:-/w}", "\'/q\'"]', 'COPY ["copied.1", "$V/x/"]',
        'CMD ["$V"]', 'HEALTHCHECK CMD ["$V"]', "RUN /bin/probe 1 && :",
    ),
    # ------------------------------------------------------------------------ heredocs
    "heredoc alone has no set -e": _lines(_ON, "RUN <<E", "false", "/bin/probe 1", ":", "E"),
    "heredoc with a blank": _lines(_ON, "RUN << 'E F'", "/bin/probe 1", ":", "E F"),
    "heredoc by number": _lines(_ON, "RUN sh 0<<E", "/bin/probe 1", ":", "E"),
    "heredoc behind a continuation": _lines(
        _ON, "RUN sh <<E \\", " && :", "/bin/probe 1", "/bin/probe 2", ":", "E"
    ),
    "heredoc that is run as a file": _lines(_ON, "RUN <<E", "#!/bin/sh -e", "/bin/probe 1", "E"),
    "no heredoc": _lines(
        _ON, "RUN echo $((1<<3)) && /bin/probe 1 && :", 'RUN echo "<<E"; /bin/probe 2; :',
        "RUN : \"cat<<<x\" && /bin/probe 3; :",
    ),
    "heredocs of COPY": _lines(
        _ON, "ENV A=a", "ARG B=b", "COPY <<document.1 <<-'document.2' <<\"document.3\" /h/",
        "$A ${B} $C", "document.1", "\t$A", "\tdocument.2", "$A", "document.3",
        "ADD --chmod=0600 <<E /h/document.4", "x", "E", "RUN /bin/probe 1 && :",
    ),
    "heredocs of COPY in CRLF": Drawn(
        f"{_ON}\r\nCOPY <<document.1 /h/\r\nhi\r\ndocument.1\r\nRUN {_CALL} 1 && :\r\n"
    ),
    "a file and a heredoc": _lines(
        _ON, "COPY copied.1 <<document.1 /h/", "x", "document.1", "RUN /bin/probe 1 && :"
    ),
    # ----------------------------------------------------------------------- expansion
    "L30 all forms": _lines(
        _ON, "ENV A=usr.local.bin E= N=$NONE", "ENV V1=$A V2=${A} V3=${A:-w} V4=${E:-w} V5=${E-w}",
        "ENV V6=${A:+w} V7=${E:+w} V8=${E+w} V9=${A:?no} V10=${E?no}",
        "ENV V11=${A#*.} V12=${A##*.} V13=${A%.*} V14=${A%%.*} V15=${A/./_} V16=${A//./_}",
        "ENV V17=${A/?s/} V18=${A#x} V19=${A//[.]/x} V20=${A/\\*/x} V21=${E/*/x} V22=${A//l*/L}",
        "LABEL l=${A:-\"q r\"} m=${E:-'$A'} n=${E:-${NONE:-deep}} o=\"${A}s $A's '$A'\"",
        "ENV V23=$A.x V24=$Ax V25=${A}x V26=$ V27=a$. V28=\\$A V29='$A' V30=\"\\$A\" V31=$$A V32=$1",
        "RUN /bin/probe 1 && :",
    ),
    "L30 in an empty image": _lines(
        "FROM scratch", "ENV A=a.b E=", "ENV V1=${N:-w} V2=${N-w} V3=${E-w} V4=${N:+w} V5=${N+w}x",
        "ENV V6=${A%.*}$N V7=${N#x}y V8=${N/x/y}z", "LABEL $A=$N k.$A=${N:-$A}", "WORKDIR $N/x",
        "EXPOSE ${N:-80} ${A:+81}", "USER ${N:-5}", "VOLUME ${N:-/v}", "STOPSIGNAL ${N:-9}",
    ),
    "L30 in every instruction": _lines(
        _ON, "ENV P=81 D=/d U=5 S=INT F=copied L=l", "EXPOSE $P ${P}1/udp", "WORKDIR $D/w",
        "VOLUME $D/v $D", "STOPSIGNAL SIG$S", "LABEL $L.k=$L", "COPY --chown=$U:6 $F.1 $D/$L/",
        "ADD --chmod=${M:-0600} ${F}.2 $L/", "USER $U:$U", "ONBUILD ENV X=$L", "MAINTAINER $L",
        "RUN --mount=type=tmpfs,target=$D/t /bin/probe 1 && :", "CMD $L", "HEALTHCHECK CMD $L",
        'SHELL ["/bin/sh", "-c"]', "ENTRYPOINT $L",
    ),
    "L31 one environment for one instruction": _lines(
        _ON, "ENV abc=hello", "ENV abc=bye def=$abc", "ENV ghi=$abc", "LABEL a=$ghi b=$def",
        "ENV A=1 A=2 B=$A", "ENV A=3 B=$A",
    ),
    "L31 the order of variables": _lines(
        f"FROM {RICH}", "ENV Z=1", "ENV A=2 Y=3", "ENV PATH=/x:$PATH Z=4", "ENV D= Q=5"
    ),
    "L32 legacy ENV": _lines(
        _ON, "ENV A b c  d", "ENV B it\\'s \"q\" 'r'", "ENV C b\\nc d", "ENV D $A  =x", "ENV E a=b",
        "ENV F   x  ", 'ENV G "x  y"=z', "LABEL l a  'b'", "LABEL m $A", "ENV H $A \\", "  y",
    ),
    "L33 ARG and ENV": _lines(
        "ARG A=outer", "ARG B=outer", "ARG N", _ON, "RUN /bin/probe 1 && :", "ENV A=env", "ARG A",
        "RUN /bin/probe 2 && :", "ARG A=arg", "ENV X=$A", "ENV B=env", "ENV Y=$B", "ARG B",
        "ENV Z=$B", "ARG N", "ENV W=${N:-unset}", "RUN /bin/probe 3 && :",
    ),
    "L33 ARG and ENV, given": _lines(
        "ARG A=outer", "ARG N", _ON, "ENV A=env", "ARG A", "RUN /bin/probe 1 && :", "ARG A=arg",
        "ENV X=$A", "ARG N", "ENV W=$N", "ARG M", "ENV V=$M M=$M", "RUN /bin/probe 2 && :",
        A="given", N="n", M="m m",
    ),
    "L33 an argument without a value leaves what was set": _lines(
        "ARG A", _ON, "ENV A=env", "ARG A", "ENV X=$A", "RUN /bin/probe 1 && :"
    ),
    "L33 arguments of a parent stage": _lines(
        f"{_ON} AS one", "ARG A=arg", "ARG B=arg", "ENV C=env", "ARG C=arg", "RUN /bin/probe 1 && :",
        "FROM one AS two", "ENV X=$A Y=$C", "ARG B", "RUN /bin/probe 2 && :", "FROM two",
        "RUN /bin/probe 3 && :", "ENV Z=$B$C",
    ),
    "L33 an argument over the base's variable": _lines(
        f"FROM {RICH} AS one", "ARG A=arg", "ENV X=$A", "RUN /bin/probe 1 && :", "FROM one",
        "ENV Y=$A", "RUN /bin/probe 2 && :",
    ),
    "L33 arguments in order": _lines(
        "ARG A=1 B=$A", "ARG C=${B}2", f"ARG IMAGE={PLAIN}", "FROM ${IMAGE}", "ARG A B C",
        "ARG X=$A Y=$X", "ARG X=new Y=$X", "ENV V=$A.$B.$C.$X.$Y", "RUN /bin/probe 1 && :",
    ),
    "L33 arguments see the environment": _lines(
        _ON, "ENV E=e", "ARG A=${E}1 B='$E' C=\\$E D=\"$A b\"", "ENV V=$A.$B.$C.$D"
    ),
    "L34 predefined": _lines(
        "ARG TARGETARCH", f"FROM --platform=$BUILDPLATFORM {PLAIN}", "ENV A=x$TARGETARCH",
        "ARG TARGETARCH TARGETOS TARGETPLATFORM", "ARG BUILDARCH=mine", "ARG BUILDPLATFORM",
        "ENV B=$TARGETARCH.$TARGETOS.$TARGETPLATFORM.$BUILDARCH", "RUN /bin/probe 1 && :",
    ),
    "L34 proxies": _lines(
        "FROM scratch", "ARG HTTP_PROXY", "ENV A=x$HTTP_PROXY B=y$https_proxy C=${no_proxy}",
        HTTP_PROXY="http://p:1",
    ),
    # -------------------------------------------------------------------------- stages
    "L35 names in any case": _lines(
        f"{_ON} AS One", "COPY <<E /marks/0", "E", "FROM scratch AS twO", "COPY <<E /marks/1", "E",
        f"FROM {PLAIN}", "COPY --from=ONE /marks /a/marks", "COPY --from=two /marks /b/marks",
        "RUN --mount=type=bind,from=oNE,target=/mnt /bin/probe 1 && :",
    ),
    "L35 by number": _lines(
        f"{_ON} AS one", "COPY <<E /marks/0", "E", f"{_ON}", "COPY <<E /marks/1", "E", f"{_ON}",
        "COPY --from=0 /marks /a/marks", "COPY --from=01 /marks /b/marks", "RUN /bin/probe 1 && :",
    ),
    "L36 a stage shadows an image": _lines(
        f"FROM {RICH} AS busybox", "ENV A=stage", "FROM busybox AS again", "ENV B=$A",
        "FROM busybox:1.35", "CMD x",
    ),
    "L37 the last of a name so far": _lines(
        f"{_ON} AS x", "ENV A=1", f"{_ON} AS x", "ENV A=2", "FROM x AS y", "ENV B=$A",
        f"{_ON} AS x", "ENV A=3", "FROM x", "ENV C=$A",
    ),
    "stages that nobody needs": _lines(
        f"{_ON} AS one", "RUN /bin/probe 1 && :", f"{_ON} AS two", "RUN /bin/probe 2 && :",
        "FROM one AS three", "RUN /bin/probe 3 && :", f"{_ON}", "COPY --from=two /bin/true /x",
        "RUN /bin/probe 4 && :",
    ),
    "a base by argument": _lines(
        f"ARG NAME={PLAIN.partition(':')[0]}", f"ARG TAG={PLAIN.partition(':')[2]}", "ARG WHICH=one",
        'FROM "${NAME}:${TAG}" AS one', "ENV A=1", "FROM ${WHICH}", "ENV B=$A",
    ),
    # --------------------------------------------------------------------- inheritance
    "all of the base's": _lines(f"FROM {RICH}"),
    "all of the base's, overridden": _lines(
        f"FROM {RICH}", "ENV BASE_TEXT=mine", "LABEL base.label=mine", "WORKDIR mine", "USER 9",
        "EXPOSE 7777", "STOPSIGNAL 9", "HEALTHCHECK NONE", 'SHELL ["/bin/sh", "-c"]', "CMD c",
        "VOLUME /base/volume /mine", "MAINTAINER me", "RUN /bin/probe 1 && :",
    ),
    "a command is cleared by an entry point": _lines(
        f"FROM {RICH} AS one", 'ENTRYPOINT ["e"]', "FROM one AS two", "CMD c", "FROM two AS three",
        "ENTRYPOINT f", "FROM two AS four", "CMD d", "ENTRYPOINT g", "FROM one", "USER 5",
    ),
    "SHELL stays": _lines(
        f'{_ON} AS one', 'SHELL ["/bin/ash", "-e", "-c"]', "CMD a", "FROM one", "ENTRYPOINT b",
        "RUN /bin/probe 1 && :", 'SHELL ["/bin/busybox", "sh", "-c"]', "CMD c",
        "RUN /bin/probe 2 && :", "HEALTHCHECK CMD d", 'RUN ["/bin/probe", "3"]',
    ),
    "WORKDIR adds up": _lines(
        _ON, "WORKDIR a", "RUN /bin/probe 1 && :", "WORKDIR /b/", "WORKDIR c/./d//", "WORKDIR ../e",
        "RUN /bin/probe 2 && :", "WORKDIR /f/../g", "RUN /bin/probe 3 && :", "WORKDIR ../../..",
        'WORKDIR "/q r"', "WORKDIR /", "WORKDIR .", "WORKDIR ''h", "RUN /bin/probe 4 && :",
    ),
    "WORKDIR keeps its slash": _lines(_ON, "WORKDIR /a/b/"),
    "WORKDIR is cleaned or not": _lines(_ON, "WORKDIR /a/../b//c/."),
    "WORKDIR below the base's": _lines(
        f"FROM {RICH} AS one", "WORKDIR x/", "COPY copied.1 y/", "RUN /bin/probe 1 && :", "FROM one",
        "WORKDIR ../z", "COPY copied.2 .", "RUN cd .. && /bin/probe 2 && :",
    ),
    "the user of a RUN": _lines(
        _ON, "USER nobody", "RUN /bin/probe 1 && :", "USER 5:6", "WORKDIR /mine",
        "RUN /bin/probe 2 && :", "USER root:nobody", "RUN /bin/probe 3 && :", "USER 0",
        "RUN /bin/probe 4 && :",
    ),
    # ----------------------------------------------------------------- the rest of config
    "EXPOSE": _lines(_ON, "EXPOSE 80 80/tcp 8080:81 53/UDP 90-92 91/udp 1000-1001/sctp", 'ENV P="1 2/udp"', "EXPOSE $P"),
    "LABEL": _lines(
        _ON, 'LABEL a=1 "b c"="d e" f=\'g "h"\' i="j \\', 'k" l=', "LABEL a=2 $NONE.x=1", "LABEL m n  o"
    ),
    "MAINTAINER": _lines(_ON, 'MAINTAINER  "A B"  <c@d>  '),
    "HEALTHCHECK": _lines(
        f"{_ON} AS one", "HEALTHCHECK --interval=1m30s --timeout=500ms --start-period=2h CMD a  b",
        "FROM one AS two", "HEALTHCHECK --retries=5 --start-interval=1.5s CMD [\"a\", \"b\"]",
        "FROM two AS three", "healthcheck none", "FROM three", "USER 5",
    ),
    "VOLUME": _lines(_ON, "VOLUME /a /b", 'VOLUME ["/c d"]', "VOLUME '/e' /a"),
    # ------------------------------------------------------------------------- ONBUILD
    "triggers of a stage": _lines(
        f"{_ON} AS one", "COPY <<E /marks/0", "E", "ENV A=parent", "ONBUILD ENV A=trigger B=$A",
        'ONBUILD   CMD  ["a",  "b"]', "ONBUILD WORKDIR w", "ONBUILD RUN /bin/probe 1 && \\",
        "   # note", "  :", "onbuild user 5", "ONBUILD ARG C=c", "ONBUILD LABEL l=$A",
        "ONBUILD COPY copied.1 x/", "FROM one AS two", "ENTRYPOINT e", "RUN /bin/probe 2 && :",
        "ENV D=$A$B$C", "FROM two AS three", "ENTRYPOINT f", "FROM one", "ENV A=child",
    ),
    "triggers that take from stages": _lines(
        f"{_ON} AS files", "COPY <<E /marks/0", "E", f"{_ON} AS one",
        "ONBUILD COPY --from=files /marks /a/marks", "ONBUILD COPY --from=0 /marks /b/marks",
        "FROM one", "RUN /bin/probe 1 && :",
    ),
    "triggers with heredocs": _lines(
        f"{_ON} AS one", "ONBUILD RUN <<E", "/bin/probe 1", ":", "E", "ONBUILD COPY <<document.1 /h/",
        "$PATH", "document.1", "FROM one", "RUN /bin/probe 2 && :",
    ),
    "triggers under a backtick": _lines(
        "# escape=`", f"{_ON} AS one", r"ONBUILD ENV A=a`$B\$C D=\\`\\", "ONBUILD LABEL l=`$A",
        "FROM one", "ENV E=`$A",
    ),
    # ---------------------------------------------------------------------------- RUN
    "mounts": _lines(
        f"{_ON} AS one", "COPY <<E /marks/0", "E", f"{_ON}",
        f"RUN --mount=type=bind,from=one,target=/m1 --mount=from={RICH},target=/m2 /bin/probe 1 && :",
        "RUN --mount=target=/ctx,rw --network=none /bin/probe 2 && :",
        "RUN --mount=type=cache,target=/cache,id=dfix-plan --mount=type=secret,id=none /bin/probe 3",
    ),
    "the shell's own state": _lines(
        _ON, "RUN cd /tmp && umask 077 && export X=1 && /bin/probe 1 && cd / ; /bin/probe 2; :",
        "RUN X=2 && /bin/probe 3 && export X && /bin/probe 4 && unset X && :",
        "RUN set -e; A=1; export A B=2; /bin/probe 5; :", "RUN /bin/probe 6 && :",
    ),
    "order of RUNs": _lines(
        _ON, "RUN /bin/probe 1 && /bin/probe 2 && :", "COPY copied.1 /x/", "RUN /bin/probe 3; :",
        "RUN { /bin/probe 4; /bin/probe 5; } && (/bin/probe 6); for i in 1; do /bin/probe 7; done",
    ),
    # ------------------------------------------------------------------------ transfers
    "owners and modes": _lines(
        _ON, "COPY --chown=nobody copied.1 /a/", "COPY --chown=nobody:root copied.2 /a/",
        "COPY --chown=12 copied.3 /a/", "ADD --chown=12:13 --chmod=0751 copied.4 /a/",
        "COPY --link --chmod=u=rwx,go=r copied.5 /a/", "COPY --link=false copied.6 copied.7 a/",
        "RUN /bin/probe 1 && :",
    ),
    "patterns and files left out": _lines(
        _ON, "COPY copied.1? /a/", "COPY --exclude=copied.2? copied.2* /b/", "RUN /bin/probe 1 && :"
    ),
}  # fmt: skip

#: Where the plan cannot know, and says nothing of it: see docs/plan.md.
TRIGGERED = _lines(f"FROM {TRIGGERS}", "ENV B=$A", 'ENTRYPOINT ["e"]')
