"""run-as-user: what shows that a program writes, or needs root, beside what it is called."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from dfix import fix
from dfix.facts.evidence import Kind
from dfix.neighbours.containers import forget_containers
from tests.fixers.checks import check_fixed, check_refused, run

NAME = "run-as-user"
GO = "FROM golang:1.23 AS b\nCOPY . .\nRUN go build -o /app\nFROM alpine:3.20\nCOPY --from=b /app /app\n"
JAVA = "FROM eclipse-temurin:21-jre\nWORKDIR /app\nCOPY a.jar a.jar\n"
PYTHON = "FROM python:3.13\nWORKDIR /app\nCOPY . .\n"
#: The text of a file behind which no more are looked at.
MANY = "\0"
NODE = "FROM node:22\nWORKDIR /app\nCOPY . .\n"


@dataclass(frozen=True)
class Texts:
    """A build context of files with their texts."""

    texts: dict[str, str] = field(default_factory=dict)

    def kind(self, source: str, *, level_is_safe: bool) -> Kind:
        if source in self.texts:
            return "file"
        below = source == "." or any(each.startswith(f"{source}/") for each in self.texts)
        return "directory" if below else "unknown"

    def ignored(self, source: str, *, level_is_safe: bool) -> bool:
        return False

    def mode(self, source: str, *, level_is_safe: bool) -> int | None:
        return 0o755

    def texts_below(
        self, sources: Sequence[str], wanted: Callable[[str], bool]
    ) -> Iterator[tuple[str, str | None]]:
        for path, text in self.texts.items():
            if "." in sources or path in sources:
                if text == MANY:
                    yield path, None
                elif wanted(path):
                    yield path, text

    def modes_below(self, source: str) -> frozenset[int]:
        return frozenset({0o600} if any(each.endswith(".key") for each in self.texts) else ())

    def text(self, source: str, *, level_is_safe: bool, limit: int = 1_048_576) -> str | None:
        return self.texts.get(source.removeprefix("./"))


def commands(text: str, *lines: str) -> tuple[str, ...]:
    return tuple(f"{text}CMD [{', '.join(map(_quoted, line.split(' ')))}]\n" for line in lines)


def _quoted(word: str) -> str:
    return f'"{word}"'


@pytest.mark.parametrize(
    "text",
    commands(
        GO,
        "/app -storage.path=/prom",
        "/app --data-dir /prom",
        "/app --db-path=/x/store",
        "/app --listen=unix:///var/x",
        "/app -c data/acme.json",
        "/app -d certs",
        "/app --dsn=sqlite://x",
    )
    + commands(
        JAVA,
        "java -XX:HeapDumpPath=/dumps -jar a.jar",
        "java -Xlog:gc*:file=/app/gc.txt:time -jar a.jar",
        "java -Djava.io.tmpdir=/app/t -jar a.jar",
        "java -Duser.home=/app -jar a.jar",
        "java -jar a.jar --logging.file.path=/var/app",
        "java -jar a.jar --spring.datasource.url=jdbc:h2:file:./db",
    ),
)
def test_arguments_for_what_is_written(text: str) -> None:
    check_refused(NAME, text, "names something that the program may write")


@pytest.mark.parametrize(
    "text",
    commands(
        GO,
        "/app --log-level debug --config /etc/app.yml",
        "/app --log-file /tmp/app.log",
        "/app --data-url=https://example.com/data",
        "/app --log-format=a/b --worker-tmp-dir /dev/shm",
        "/app --issuer oauth2:client --db postgres://db/app",
        "/app --storage s3",
        "/app -o 0.0.0.0 -d 3",
    )
    + commands(
        JAVA,
        "java -Dlogback.configurationFile=conf/logback.xml -jar a.jar",
        "java -Xlog:gc -Djava.security.egd=file:/dev/./urandom -jar a.jar",
        "java -jar a.jar --spring.datasource.url=jdbc:h2:mem:db",
    ),
)
def test_arguments_for_what_is_read(text: str) -> None:
    assert run(NAME, text).changed


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        ("LOGGING_FILE_NAME=/var/log/a.log", "LOGGING_FILE_NAME names a place"),
        ("STORE=/var/lib/a", "STORE names a place"),
        ('JAVA_TOOL_OPTIONS="-Xmx1g -XX:HeapDumpPath=/dumps"', "has `-XX:HeapDumpPath=/dumps`"),
        ("SPRING_DATASOURCE_URL=jdbc:h2:file:/a", "a database file"),
    ],
)
def test_variables_for_what_is_written(line: str, reason: str) -> None:
    text = JAVA + f"ENV {line}\n" + 'CMD ["java", "-jar", "a.jar"]\n'
    check_refused(NAME, text, reason)


@pytest.mark.parametrize(
    "line",
    [
        'JAVA_TOOL_OPTIONS="-Xmx1g -Dfile.encoding=UTF-8"',
        "PATH=/var/lib/tool/bin:$PATH",
        "DB_NAME=users",
        "LOG_LEVEL=info",
        "SPRING_DATASOURCE_URL=jdbc:h2:mem:a",
    ],
)
def test_variables_for_what_is_read(line: str) -> None:
    assert run(NAME, JAVA + f"ENV {line}\n" + 'CMD ["java", "-jar", "a.jar"]\n').changed


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        *((each, "give root up") for each in commands(
            PYTHON,
            "gunicorn -u www-data app:app",
            "gunicorn --group=web app:app",
            "python -m gunicorn --user nobody app:app",
        )),
        *((each, "starts something else") for each in commands(
            "FROM ruby:3.3\nWORKDIR /app\nCOPY . .\n", "./bin/rails server", "bin/thrust bin/rails s"
        )),
        (
            PYTHON + 'RUN pip install "gradio==4" flask\nCMD ["python", "a.py"]\n',
            "`gradio==4` has files below the home directory",
        ),
        (
            PYTHON + 'RUN apt-get install -y ffmpeg\nCMD ["python", "a.py"]\n',
            "`ffmpeg` is installed",
        ),
        (PYTHON + 'RUN pip install yt-dlp\nCMD ["python", "a.py"]\n', "`yt-dlp` is installed"),
        (GO + 'COPY kubectl /usr/bin/\nCMD ["/app"]\n', "below the home directory"),
        (
            GO.replace("RUN go", "RUN apt-get install -y libpcap-dev && go") + 'CMD ["/app"]\n',
            "built with `libpcap-dev`",
        ),
        (
            GO.replace("RUN go", "RUN go get github.com/boltdb/bolt && go") + 'CMD ["/app"]\n',
            "may write a database file",
        ),
        (
            "FROM eclipse-temurin:21 AS b\nRUN ./sbt stage\nFROM eclipse-temurin:21-jre\n"
            'COPY --from=b /target/universal/stage /app\nCMD ["/app/bin/web"]\n',
            "Play",
        ),
        (NODE + 'CMD ["/app/bin/serve"]\n', "may be a shell script"),
        (NODE + 'CMD ["node", "--cpu-prof", "index.js"]\n', "`--cpu-prof` names something"),
        (JAVA + 'CMD ["java", "-jar", "paper-1.21.jar"]\n', "by its name"),
        (
            'FROM alpine:3.20\nCOPY syncthing /usr/bin/\nCMD ["syncthing"]\n',
            "`syncthing` is there to write files",
        ),
        (
            "FROM elixir:1.17 AS b\nRUN mix release\nFROM debian:12\nWORKDIR /app\n"
            'COPY --from=b /app/_build/prod/rel/web ./\nCMD ["/app/bin/web", "start"]\n',
            "a release of Erlang or Elixir",
        ),
    ],
)  # fmt: skip
def test_programs_that_write_or_need_root(text: str, reason: str) -> None:
    check_refused(NAME, text, reason)


@pytest.mark.parametrize("line", ["#!/bin/sh", "#!/usr/bin/env bash", "#! /bin/ash -e"])
def test_a_shell_script_with_any_name(line: str) -> None:
    text = 'FROM alpine:3.20\nCOPY serve /usr/bin/\nCMD ["serve"]\n'
    script = Texts({"serve": f"{line}\nmkdir /x\n"})
    check_refused(NAME, text, "may be a shell script", evidence=script)
    assert run(NAME, text).changed


@pytest.mark.parametrize(
    ("script", "changed"),
    [
        ("#!/bin/sh\n", True),
        ("#!/bin/sh -e\necho starts\nexec sleep 60\n", True),
        ("#!/bin/sh\nexec /srv/server\n", False),
        ("#!/bin/sh\necho x > /state\n", False),
        ("#!/bin/sh\n$PROGRAM\n", False),
        ("#!/bin/sh\nif\n", False),
    ],
)
def test_a_shell_script_that_is_read(script: str, changed: bool) -> None:
    text = 'FROM alpine:3.20\nCOPY serve /usr/bin/\nCMD ["serve"]\n'
    assert run(NAME, text, evidence=Texts({"serve": script})).changed is changed


def test_a_script_of_an_interpreter_with_any_name() -> None:
    text = NODE + 'CMD ["/app/bin/serve"]\n'
    script = Texts({"bin/serve": "#!/usr/bin/env node\n"})
    after = NODE + 'USER 1000:1000\nCMD ["/app/bin/serve"]\n'
    check_fixed(NAME, text, after, evidence=script)


GO_SOURCES = "FROM golang:1.23 AS b\nWORKDIR /s\nCOPY . .\nRUN go build -o /app\nFROM alpine:3.20\n"
PROGRAMS = {
    "python": PYTHON + 'CMD ["python", "app.py"]\n',
    "gunicorn": PYTHON + 'CMD ["gunicorn", "app:app"]\n',
    "node": NODE + 'CMD ["node", "server.js"]\n',
    "ruby": 'FROM ruby:3.3\nWORKDIR /a\nCOPY . .\nCMD ["ruby", "app.rb"]\n',
    "php": 'FROM php:8.3-cli\nWORKDIR /a\nCOPY . .\nCMD ["php", "a.php"]\n',
    "go": GO_SOURCES + 'COPY --from=b /app /app\nCMD ["/app"]\n',
    "java": (
        "FROM maven:3 AS b\nCOPY . .\nRUN mvn package\nFROM eclipse-temurin:21-jre\nWORKDIR /a\n"
        'COPY --from=b /target/a.jar a.jar\nCMD ["java", "-jar", "a.jar"]\n'
    ),
    "net": (
        "FROM mcr.microsoft.com/dotnet/aspnet:8.0\nWORKDIR /app\nCOPY . .\n"
        'ENTRYPOINT ["dotnet", "a.dll"]\n'
    ),
}
WRITING = [
    ("python", "app.py", 'with open("state.json", "w") as f:\n'),
    ("python", "a/b.py", 'Path("x").mkdir()\n'),
    ("python", "app.py", 'URI = "sqlite:///app.db"\n'),
    ("python", "app.py", 'logging.basicConfig(level=1, filename="a.log")\n'),
    ("python", "app.py", "client = docker.from_env()\n"),
    ("gunicorn", "gunicorn.conf.py", 'pidfile = "/run/g.pid"\n'),
    ("gunicorn", "site/settings.py", '"ENGINE": "django.db.backends.sqlite3"\n'),
    ("node", "src/a.ts", 'await fs.writeFile("a.json", text)\n'),
    ("node", "server.js", 'multer({ dest: "uploads/" })\n'),
    ("node", "server.js", 'server.listen("/run/a.sock")\n'),
    ("node", "package.json", '{"dependencies": {"better-sqlite3": "^11"}}\n'),
    ("node", "prisma/schema.prisma", 'provider = "sqlite"\n'),
    ("ruby", "app.rb", 'File.write("x", "y")\n'),
    ("php", "a.php", '<?php file_put_contents("x", "y");\n'),
    ("go", "main.go", 'os.MkdirAll("/var/lib/a", 0o755)\n'),
    ("go", "go.mod", "require go.etcd.io/bbolt v1.3.0\n"),
    ("go", "ping/a.go", 'import "golang.org/x/net/icmp"\n'),
    ("go", "src/main.rs", 'let f = File::create("x")?;\n'),
    ("java", "src/A.java", 'new FileWriter("x");\n'),
    ("java", "application.yml", "logging:\n  level:\n    a: b\n  file:\n    name: a\n"),
    ("net", "appsettings.json", '{"D": "Data Source=app.db"}\n'),
    ("node", "server.js", MANY),
]
READING = [
    ("python", "app.py", 'with open("a.json") as f:\n    x = open("/tmp/x", "w")\n'),
    ("python", "app.py", '# open("x", "w")\nURI = "sqlite:///:memory:"\n'),
    ("python", "test_app.py", 'open("x", "w")\n'),
    ("python", "app.py", 'cache.touch("x")\nsftp.mkdir("y")\n'),
    ("python", "app.js", 'fs.writeFileSync("x", y)\n'),
    ("node", "server.js", 'fs.readFileSync("x"); app.listen(3000); log({"level": "info"})\n'),
    ("node", "server.js", "const dir = mkdtempSync(os.tmpdir())\n"),
    ("go", "main.go", 'os.Open("x"); os.CreateTemp("", "x"); net.Listen("tcp", ":80")\n'),
    ("java", "src/A.java", 'Files.createTempFile("a", "b"); Files.readString(x);\n'),
]


@pytest.mark.parametrize(("program", "path", "text"), WRITING)
def test_sources_that_write(program: str, path: str, text: str) -> None:
    said = "too many" if text == MANY else path
    check_refused(NAME, PROGRAMS[program], said, evidence=Texts({path: text}))


@pytest.mark.parametrize(("program", "path", "text"), READING)
def test_sources_that_do_not(program: str, path: str, text: str) -> None:
    assert run(NAME, PROGRAMS[program], evidence=Texts({path: text})).changed


def test_sources_that_write_to_what_is_given() -> None:
    text = NODE + 'RUN mkdir /app/data\nCMD ["node", "server.js"]\n'
    inside = Texts({"server.js": 'fs.writeFileSync("data/a.json", x); fs.mkdir(folder)\n'})
    assert run(NAME, text, evidence=inside).changed
    outside = Texts({"server.js": 'fs.writeFileSync("state/a.json", x)\n'})
    check_refused(NAME, text, "server.js has `writeFileSync(`", evidence=outside)


def test_containers_that_other_files_run(tmp_path: Path) -> None:
    (tmp_path / ".git").mkdir()
    (tmp_path / "Dockerfile").write_text(NODE + 'CMD ["node", "index.js"]\n')
    (tmp_path / "index.js").write_text("serve()\n")
    makefile = tmp_path / "Makefile"
    makefile.write_text("run:\n\tdocker run -v $(PWD)/data:/data $(IMAGE)\n")
    found = fix(tmp_path / "Dockerfile", select=[NAME]).findings
    assert "Makefile gives `docker run` a folder of the host at /data" in (found[0].reason or "")
    forget_containers()
    makefile.write_text("run:\n\tdocker run -p 80:80 $(IMAGE)\n")
    assert fix(tmp_path / "Dockerfile", select=[NAME]).changed
    forget_containers()


def test_an_image_that_others_are_built_on(tmp_path: Path) -> None:
    (tmp_path / "base").mkdir()
    (tmp_path / ".git").mkdir()
    (tmp_path / "base/Dockerfile").write_text(NODE + 'CMD ["node", "index.js"]\n')
    (tmp_path / "Dockerfile").write_text("FROM me/base\nRUN apt-get update\n")
    found = fix(tmp_path / "base/Dockerfile", select=[NAME]).findings
    assert "Dockerfile is built on it" in (found[0].reason or "")
    forget_containers()


@pytest.mark.parametrize(
    ("lines", "reason"),
    [
        ("CMD DATA_DIR=/srv/x /app\n", "DATA_DIR names a place"),
        ('CMD ["env", "DB_PATH=./x.db", "/app"]\n', "DB_PATH names a database file"),
        ("CMD /app --config ~/.app.yml\n", "`~/.app.yml` is below the home directory"),
        ("CMD /app --config $HOME/.app.yml\n", "below the home directory"),
        ('CMD ["/app", "--kubeconfig", "/root/.kube/config"]\n', "`/root/.kube/config` is below"),
        ('HEALTHCHECK CMD date > /seen\nCMD ["/app"]\n', "HEALTHCHECK may write a file"),
        ('HEALTHCHECK CMD ["touch", "/seen"]\nCMD ["/app"]\n', "HEALTHCHECK may write a file"),
        (
            'HEALTHCHECK CMD ["/app", "check", "--log-file=/x/log"]\nCMD ["/app"]\n',
            "HEALTHCHECK names `--log-file=/x/log`",
        ),
    ],
)
def test_what_command_lines_say(lines: str, reason: str) -> None:
    check_refused(NAME, GO + lines, reason)


@pytest.mark.parametrize(
    "lines",
    [
        'CMD ["env", "LOG_LEVEL=info", "/app", "--config", "/etc/app.yml"]\n',
        'HEALTHCHECK CMD wget -qO- localhost > /dev/null 2>&1 || exit 1\nCMD ["/app"]\n',
        'HEALTHCHECK NONE\nCMD ["/app"]\n',
    ],
)
def test_command_lines_that_say_nothing(lines: str) -> None:
    assert run(NAME, GO + lines).changed


def test_settings_that_a_library_reads() -> None:
    text = NODE + 'CMD ["node", "server.js"]\n'
    told = Texts({".env": "# x\nPORT=80\nUPLOAD_DIR=./uploads\n"})
    check_refused(NAME, text, ".env: UPLOAD_DIR names a place", evidence=told)
    assert run(NAME, text, evidence=Texts({".env": "PORT=80\n"})).changed


def test_a_file_within_a_folder_that_only_its_owner_may_read() -> None:
    text = NODE + 'CMD ["node", "server.js"]\n'
    reason = ". holds something that only its owner may read"
    check_refused(NAME, text, reason, evidence=Texts({"tls.key": "x"}))


def test_a_folder_of_its_owner_alone(tmp_path: Path) -> None:
    tmp_path.chmod(0o700)
    (tmp_path / ".git").mkdir()
    (tmp_path / "conf").mkdir()
    (tmp_path / "index.js").write_text("serve()\n")
    dockerfile = tmp_path / "Dockerfile"
    dockerfile.write_text('FROM node:22\nCOPY . /new\nCMD ["node", "/new/index.js"]\n')
    assert fix(dockerfile, select=[NAME]).changed  # The builder makes the folder for what is in it.
    (tmp_path / "conf").chmod(0o700)
    (found,) = fix(dockerfile, select=[NAME]).findings
    assert found.reason == ". holds something that only its owner may read"
