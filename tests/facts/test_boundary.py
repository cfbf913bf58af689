"""What crosses a boundary between RUNs. The ids M1 ... are pairs observed in real builds."""

import pytest

from dfix import Facts, Run, parse
from dfix.facts.boundary import crossing

BASE = "FROM debian:12\n"


def answer(text: str) -> str | None:
    """What keeps all RUNs of the last stage from being one."""
    tree = parse(text)
    runs = [each for each in tree.stages[-1].instructions if isinstance(each, Run)]
    return crossing(Facts(tree), runs)


def pair(first: str, second: str, head: str = BASE) -> str | None:
    """What crosses between two RUNs."""
    return answer(f"{head}RUN {first}\nRUN {second}\n")


HELD_BACK = {
    "M1-cd": ("cd /tmp", "touch f"),
    "M1-pushd": ("pushd /tmp", "touch f"),
    "M2-export": ("export A=1", "echo $A"),
    "M2-assign": ("A=1", "echo $A"),
    "M2-assign-in-list": ("A=1 && echo $A", "echo $A"),
    "M2-colon": (": ${X:=v}", "echo $X"),
    "M2-eval": ("eval Z=1", "echo $Z"),
    "M2-dot": (". /q.sh", "echo $Q"),
    "M2-source": ("source /q.sh", "echo $Q"),
    "M2-for": ("for i in 1 2; do :; done", "echo $i"),
    "M2-read": ("read X </f", "echo $X"),
    "M2-printf": ("printf -v X a", "echo $X"),
    "M2-getopts": ("getopts a X", "echo $X"),
    "M2-local-arithmetic": ("echo $((X = 1))", "echo $X"),
    "M3-export-first": ("export DEBIAN_FRONTEND=noninteractive && true", 'echo "$DEBIAN_FRONTEND"'),
    "M4-umask": ("umask 077", "touch f"),
    "M4-ulimit": ("ulimit -n 64", "ulimit -n"),
    "M4-set-f": ("set -f", "echo *"),
    "M4-ifs": ("IFS=:", "echo $PATH"),
    "M5-set-u": ("set -u", 'echo "${NOPE}x"'),
    "M5-pipefail": ("set -o pipefail; true", "false | true"),
    "M6-special": ("A=1 :", "echo $A"),
    "M7-function": ("ls() { echo f; }", "ls /"),
    "M7-function-keyword": ("function ls { echo f; }", "ls /"),
    "M8-exec": ("exec true", "echo b >/b"),
    "M8-exit-0": ("if true; then exit 0; fi", "echo b >/b"),
    "M8-exit-bare": ("test -f /x || exit", "echo b >/b"),
    "M8-return": ("test -f /x || return 1", "echo b"),
    "M9-trap": ('trap "echo x" EXIT', "echo b"),
    "M12-comment": ("echo a # note", "echo b"),
    "M12-comment-inside": ("echo a # note \\\n && echo b", "echo c"),
    "M14-background": ("sleep 1 &", "echo b"),
    "M14-background-in-last": ("echo a", "sleep 1 &"),
    "M14-both-outputs-in-dash": ("echo a", "echo b &>/dev/null"),
    "M14-both-outputs-appended-in-dash": ("echo a", "echo b && echo c &>>/log"),
    "M14-both-outputs-of-a-group": ("echo a", "{ echo b; } &>/dev/null"),
    "M15-daemon": ("sleep 100 & echo $! >/pid", "kill -0 $(cat /pid)"),
    "M15-in-subshell": ("(sleep 100 &)", "echo b"),
    "M15-service": ("service mysql start", "mysql -e x"),
    "M15-ctl": ("pg_ctl start", "psql"),
    "M15-init-d": ("/etc/init.d/mysql start", "mysql"),
    "M15-daemon-flag": ("mongod --fork", "mongo"),
    "M15-nohup": ("nohup x", "echo b"),
    "M15-behind-sudo": ("sudo service mysql start", "mysql -e x"),
    "M15-behind-env": ("env A=b service mysql start", "mysql -e x"),
    "M15-by-su": ("su - postgres -c 'pg_ctl -D /x start'", "psql"),
    "M15-by-su-with-a-variable": ('su - postgres -c "pg_ctl -D $PGDATA start"', "psql"),
    "M15-in-a-shell-of-its-own": ("bash -c 'mysqld & sleep 9'", "mysql -e x"),
    "M15-cluster": ("pg_ctlcluster 15 main start", "psql"),
    "M15-restart": ("apachectl restart", "curl localhost"),
    "M15-by-itself": ("nginx", "curl localhost"),
    "M15-start": ("neo4j start", "curl localhost"),
    "M15-start-last": ("./catalina.sh -q start", "curl localhost"),
    "M15-start-by-name": ("/opt/h/sbin/start-dfs.sh", "hdfs dfs -ls /"),
    "M15-detached": ("rabbitmq-server -detached", "rabbitmqctl status"),
    "M15-gradle": ("./gradlew build", "rm -rf /root/.gradle"),
    "M15-devices": ("mknod /dev/net/tun c 10 200", "test -e /dev/net/tun"),
    "M15-device-replaced": ("rm /dev/random && ln -s /dev/urandom /dev/random", "echo b"),
    "M16-behind-sudo": ("sudo ln -sf /bin/bash /bin/sh", "[[ 1 == 1 ]]"),
    "M16-sh": ("ln -sf /bin/bash /bin/sh", "[[ 1 == 1 ]]"),
    "M16-mv": ("mv /bin/sh.distrib /bin/sh", "echo b"),
    "M16-dash": ("dpkg-reconfigure dash", "echo b"),
    "M17-hash": ("tool && install /new /usr/local/bin/tool", "tool"),
    "M17-pip": ("pip install -U pip", "pip install x"),
    "M17-used-in-a-pipeline": ("pip install -U pip", "pip install x | tee /log"),
    "M17-used-in-a-subshell": ("pip install -U pip", "(cd /x && pip install .)"),
    "M17-used-in-a-substitution": ("pip install -U pip", 'echo "$(pip --version)"'),
    "M17-found-for-a-pipeline": ("echo y | pip install -U pip", "pip install x"),
    "M17-installed": ("tar x && apk add tar", "tar y"),
    "M17-built": ("curl -O x/curl-8.1.tgz && tar xf curl-8.1.tgz && make -C curl-8.1", "curl y"),
    "M17-curl-to-bin": ("curl x -o /usr/local/bin/curl", "curl y"),
    "M18-removed": ("tool; rm /usr/local/bin/tool", "tool"),
    "M19-usermod": ("usermod -aG g1 root", "id -Gn"),
    "M19-gpasswd": ("gpasswd -a root g1", "id -Gn"),
    "M19-adduser-to-group": ("adduser root g1", "id -Gn"),
    "M19-behind-sudo": ("sudo usermod -aG g1 root", "id -Gn"),
    "M19-in-a-shell-of-its-own": ("sh -c 'usermod -aG g1 root'", "id -Gn"),
    "M19-variable": ("usermod -aG g1 $U", "id -Gn"),
    "M20-passwd-into-folder": ("cp /x/passwd /etc/", "rm -rf ~/y"),
    "M20-files-into-folder": ("cp -r /x/* /etc", "rm -rf ~/y"),
    "M20-passwd-file": ("sed -i s,:/root:,:/nh:, /etc/passwd", "echo $HOME"),
    "M21-shm": ("echo x >/dev/shm/x", "test -e /dev/shm/x"),
    "M21-hosts": ("echo 1.2.3.4 a >>/etc/hosts", "curl a"),
    "M21-resolv": ("echo b", "cat /etc/resolv.conf"),
    "M23-ln": ("ln /a /b", "echo 2 >>/a"),
    "M23-behind-sudo": ("sudo ln /a /b", "echo 2 >>/a"),
    "M23-by-find": ("find /a -type f -exec ln {} /b \\;", "echo 2 >>/a/x"),
    "M23-cp-l": ("cp -al /a /b", "echo 2 >>/a/x"),
    "M28-set-e": ("set -e; true; false", "true; echo d"),
    "M30-set-e-list": ("set -e; echo a; false; echo never", "echo d"),
    "M32-fd": ("exec 3>/log", "echo hi >&3"),
    "M33-renice": ("renice 5 $$", "nice"),
    "M34-self": ("true", "readlink /proc/self"),
    "pid": ("echo $$ >/p", "echo b"),
    "unknown-name": ("$TOOL x", "echo b"),
    "shell-error": ("echo 'a", "echo b"),
    "command-hides": ("command cd /x", "echo b"),
    "builtin-hides": ("builtin cd /x", "echo b"),
}


@pytest.mark.parametrize("name", HELD_BACK)
def test_what_crosses_is_named(name: str) -> None:
    assert pair(*HELD_BACK[name])


HELD_BACK_FILES = {
    "M22-workdir": BASE + "WORKDIR /w\nRUN rm -rf /w\nRUN touch here\n",
    "M22-parent": BASE + "WORKDIR /w/x\nRUN rm -rf /w\nRUN touch here\n",
    "M22-glob": BASE + "WORKDIR /w/x\nRUN rm -rf /w/*\nRUN touch here\n",
    "M22-dot": BASE + "WORKDIR /w/x\nRUN rm -rf ../x\nRUN touch here\n",
    "M22-behind-sudo": BASE + "WORKDIR /w\nRUN sudo rm -rf /w\nRUN touch here\n",
    "M22-variable": BASE + "WORKDIR /w/x\nRUN rm -rf $D\nRUN touch here\n",
    "M22-unknown-workdir": "FROM me/x\nRUN rm -rf /app\nRUN touch here\n",
    "M24-login": BASE + 'SHELL ["/bin/bash", "-lc"]\nRUN echo Q=1 >>~/.profile\nRUN echo $Q\n',
    "M24-login-long": BASE + 'SHELL ["/bin/bash", "--login", "-c"]\nRUN a\nRUN b\n',
    "M24-interactive": BASE + 'SHELL ["/bin/bash", "-ic"]\nRUN a\nRUN b\n',
    "M24-bash-env": BASE + "ENV BASH_ENV=/e\nRUN echo A=1 >/e\nRUN echo $A\n",
    "M25-bind-rw": BASE
    + "RUN --mount=type=bind,target=/m,rw a\nRUN --mount=type=bind,target=/m,rw b\n",
    "M26-tmpfs": BASE + "RUN --mount=type=tmpfs,target=/m a\nRUN --mount=type=tmpfs,target=/m b\n",
    "M26-one-mount": BASE + "RUN --mount=type=cache,target=/m a\nRUN b\n",
    "M29-errexit-semicolon": BASE
    + 'SHELL ["/bin/bash", "-eo", "pipefail", "-c"]\nRUN echo a; false\nRUN echo c; echo d\n',
    "M29-errexit-loop": BASE
    + 'SHELL ["/bin/bash", "-e", "-c"]\nRUN if true; then false; echo x; fi\nRUN echo c\n',
    "M29-errexit-group": BASE
    + 'SHELL ["/bin/sh", "-ec"]\nRUN { false; echo hi; } | cat\nRUN echo c\n',
    "M29-unknown-base": "FROM me/x\nRUN echo a; false\nRUN echo c\n",
    "M31-exec-form": BASE + 'RUN ["a", "b"]\nRUN c\n',
    "heredoc": BASE + "RUN <<EOF\na\nEOF\nRUN c\n",
    "powershell": BASE + 'SHELL ["powershell", "-Command"]\nRUN a\nRUN b\n',
    "cmd": BASE + 'SHELL ["cmd", "/S", "/C"]\nRUN a\nRUN b\n',
    "windows": "FROM mcr.microsoft.com/windows/nanoserver:1809\nRUN a\nRUN b\n",
    "escape": "# escape=`\nFROM me/x\nRUN a\nRUN b\n",
    "network": BASE + "RUN --network=none a\nRUN b\n",
    "comment-in-last-braces": BASE + "RUN a\nRUN b; c # note\n",
}


@pytest.mark.parametrize("name", HELD_BACK_FILES)
def test_what_crosses_in_a_file_is_named(name: str) -> None:
    assert answer(HELD_BACK_FILES[name])


INERT = {
    "plain": ("apt-get update", "apt-get install -y curl"),
    "M10-second-or": ("false", "echo x || true"),
    "M10-second-semicolon": ("false", "a; b"),
    "M11-first-or": ("a || b", "c"),
    "M13-semicolon": ("echo a;", "echo b"),
    "if": ("if test -f /x; then rm /x; fi", "rm /y"),
    "case": ("case x in y) rm /x;; esac", "rm /y"),
    "negated": ("! false", "echo b"),
    "group": ("{ a; }", "echo b"),
    "pipeline": ("a | b", "echo b"),
    "subshell-cd": ("(cd /tmp && touch f)", "touch g"),
    "substitution-cd": ("echo $(cd /tmp && pwd)", "touch g"),
    "prefix-assignment": ("A=1 sh -c x", "echo $A"),
    "exit-1": ("test -f /x || exit 1", "echo b"),
    "for-in-last": ("echo a", "for i in 1 2; do :; done"),
    "cd-in-last": ("echo a", "cd /tmp && touch f"),
    "exec-in-last": ("echo a", "exec true"),
    "comment-in-last": ("echo a", "echo b # note"),
    "symbolic-link": ("ln -s /a /b", "echo 2 >>/a"),
    "new-account": ("adduser -D app", "echo b"),
    "new-group": ("addgroup -S app", "adduser -S -G app app"),
    "other-user": ("su app -c 'npm ci'", "rm b"),
    "gradle without its daemon": ("./gradlew --no-daemon build", "rm -rf /root/.gradle"),
    "start in the foreground": ("npm start", "rm b"),
    "a word": ("echo start", "rm b"),
    "link to a device": ("ln -sf /dev/stdout /var/log/a", "rm b"),
    "device that is read": ("dd if=/dev/urandom of=/a && cp /dev/null /b", "rm b"),
    "built by another name": ("git clone x/y.git && make -C y", "git clone x/z.git"),
    "server-asked": ("nginx -t", "rm b"),
    "printf": ("printf '%s' -v", "rm b"),
    "symbolic-link-by-find": ("find /a -type f -exec ln -s {} /b \\;", "rm b"),
    "hash-forgotten-with-its-subshell": ("(pip install -U pip)", "pip install x"),
    "hash-of-what-came-first": ("apt-get install -y curl && curl a | tar x", "curl b"),
    "hash-listed": ("rm a", "rm b"),
    "absolute": ("/opt/x/tool a", "/opt/x/tool b"),
    "typo": ("yum -y isntall httpd", "yum -y install php"),
    "backtick-comment": ("a `# it's (a) $NOPE` && b", "c"),
}


@pytest.mark.parametrize("name", INERT)
def test_nothing_crosses(name: str) -> None:
    head = 'FROM debian:12\nSHELL ["/bin/sh", "-c"]\nWORKDIR /\n'
    assert pair(*INERT[name], head=head) is None


INERT_FILES = {
    "both outputs in bash": BASE
    + 'SHELL ["/bin/bash", "-c"]\nRUN echo a &>/dev/null\nRUN echo b &>/dev/null\n',
    "M27-cache": BASE
    + "RUN --mount=type=cache,target=/m echo a\nRUN --mount=type=cache,target=/m echo b\n",
    "M36-network": BASE + "RUN --network=none echo a\nRUN --network=none echo b\n",
    "M36-bind-read-only": BASE
    + "RUN --mount=type=bind,target=/m echo a\nRUN --mount=type=bind,target=/m echo b\n",
    "errexit-plain": BASE
    + 'SHELL ["/bin/bash", "-eo", "pipefail", "-c"]\nRUN echo a && rm b\nRUN echo c; echo d\n',
    "another account behind sudo": BASE + "USER root\nRUN sudo usermod -aG g1 app\nRUN rm b\n",
    "user": BASE + "USER app\nRUN touch a\nRUN touch b\n",
    "disposable": "FROM me/x\nRUN apt-get update\nRUN rm -rf /var/lib/apt/lists/*\n",
    "unknown-base-plain": "FROM me/x\nRUN apt-get update\nRUN apt-get install -y curl; echo x\n",
}


@pytest.mark.parametrize("name", INERT_FILES)
def test_nothing_crosses_in_a_file(name: str) -> None:
    assert answer(INERT_FILES[name]) is None


def test_errexit_is_told_of_where_it_comes_from() -> None:
    lists = ("a; b", "c; d")
    own = pair(*lists, head='FROM debian:12\nSHELL ["/bin/sh", "-ec"]\n')
    assert own is not None and own.startswith("under `set -e` only plain")
    inherited = pair(*lists, head="FROM me/base\n")
    assert inherited is not None and inherited.startswith("the base image may set a SHELL")


def test_what_may_run_a_text_of_its_own_is_told() -> None:
    reason = pair("yes | $TOOL", "apt-get clean")
    assert reason is not None and "a text of its own" in reason
