"""What the sources of a program have where it writes files, or does what only root may do."""

import posixpath
import re
from collections.abc import Iterator

from msgspec import Struct

from dfix import regex

#: Within these, what begins with a word stands together: of most places one look is enough, and not forty.
_PYTHON_WRITES = (
    r"\b(?:open\s*\([^)\n]{0,200}?,\s*(?:mode\s*=\s*)?[\"'](?:[wax]|r\w*\+)"
    r"|os\.(?:makedirs|mkdir|mknod|mkfifo|rename|replace|remove|unlink|symlink|chmod)\s*\("
    r"|shutil\.(?:copy\w*|move|rmtree|make_archive)\s*\(|sqlite3\.connect\s*\("
    r"|sqlite(?:\+\w+)?:///(?!:memory:|[\"'])|aiosqlite\b"
    r"|(?:Rotating|TimedRotating|Watched|Concurrent\w*)?FileHandler\b"
    r"|basicConfig\([^)]{0,300}\bfilename\b|MEDIA_ROOT\b|UPLOAD_FOLDER\b|FileSystem(?:Storage|Cache)\b"
    r"|FileBasedCache\b|urlretrieve\s*\(|(?:joblib\.dump|torch\.save)\s*\(|pidfile\s*=\s*[\"']"
    r"|(?:access|error)_?log\s*=\s*[\"'](?!-)|AF_UNIX\b|Repo\.(?:clone_from|init)\b)"
    r"|\.write_(?:text|bytes)\s*\(|\.(?:mkdir|touch)\s*\(\s*(?:\)|parents\b|exist_ok\b|mode\b|0o)"
    r"|backends\.sqlite3|\.savefig\s*\(|\.to_(?:csv|excel|parquet|pickle)\s*\(\s*f?[\"']"
    r"|\.save\s*\(\s*(?:os\.path|f?[\"']|path|filename)|\.save_pretrained\s*\(|\.to_file\s*\("
    r"|[\"']git[\"']\s*,\s*[\"'](?:clone|pull|init|checkout)\b"
)
_PYTHON_ROOT = (
    r"\b(?:SOCK_RAW\b|AF_PACKET\b|os\.(?:set(?:e?[ug]id|groups)|chown|chroot|gete?uid)\b"
    r"|docker\.(?:from_env|DockerClient|APIClient)\b|scapy\b)|docker\.sock"
)
_NODE_PACKAGES = (
    r"better-sqlite3|sqlite3?|@seald-io/nedb|nedb\S*|lowdb|level(?:up|down)?|node-persist|electron-store"
    r"|configstore|keyv-file|@strapi/strapi|strapi|node-red|ghost|directus|verdaccio|n8n|@libsql/client"
    r"|pouchdb\S*"
)
_NODE_WRITES = (
    r"\b(?:(?:writeFile|appendFile|outputFile|outputJson|ensureDir|ensureFile|copyFile|mkdir)(?:Sync)?\s*\("
    r"|(?:createWriteStream|mkdirp)\s*\(|fs\w*\.(?:rename|rm|unlink|symlink|chmod)(?:Sync)?\s*\("
    r"|multer\s*\(\s*\{[^}]{0,300}\bdest\b|diskStorage\s*\(|transports\.(?:File|DailyRotateFile)\b"
    r"|winston-daily-rotate|rotating-file-stream\b|type:\s*[\"']file[\"']|Bun\.write\s*\("
    r"|Deno\.(?:write\w*|mkdir|create)\s*\()"
    rf"|(?:\brequire\s*\(\s*|\bfrom\s+|\bimport\s+)[\"'](?:{_NODE_PACKAGES})[\"']"
    rf"|[\"'](?:{_NODE_PACKAGES})[\"']\s*:\s*[\"'][~^<>=*v0-9]"
    r"|\.listen\s*\(\s*[\"'`][/.]"
)
_NODE_ROOT = (
    r"\bprocess\.(?:set|get)e?[ug]id\b|[\"'](?:dockerode|raw-socket|pcap)[\"']|docker\.sock"
)
_GO_WRITES = (
    r"\b(?:os\.(?:Create|WriteFile|OpenFile|Mkdir|MkdirAll|Rename|Remove|RemoveAll|Symlink|Chmod|Truncate)\("
    r"|ioutil\.WriteFile\(|net\.Listen(?:Unix)?\(\s*\"unix|os\.User(?:Home|Config|Cache)Dir\("
    r"|autocert\.DirCache\b)"
    r"|[/\"](?:go-sqlite3|bbolt|badger|buntdb|goleveldb|pebble|nutsdb|lumberjack|boltdb/bolt|modernc\.org/sqlite|driver/sqlite|glebarez/sqlite|go-duckdb|ncruces/go-sqlite3)\b"
)
_GO_ROOT = (
    r"\b(?:ListenPacket\(\s*\"ip"
    r"|(?:syscall|unix)\.(?:Mount|Set(?:e?[ug]id|groups)|Chroot|Mknod|SOCK_RAW)\b"
    r"|os\.(?:Gete?uid|Chown)\()|x/net/icmp\b|/gopacket\b|vishvananda/netlink|/go-iptables\b"
    r"|/nftables\b|(?:docker/docker|moby/moby)/client|docker/docker [v ]|go-dockerclient"
    r"|containerd/containerd\b|docker\.sock|cilium/ebpf"
)
_RUST_WRITES = (
    r"\b(?:File::(?:create|options)\b|OpenOptions\b"
    r"|fs::(?:write|create_dir\w*|rename|copy|remove_\w+)\b|UnixListener\b|sqlite\b"
    r"|dirs(?:_next)?::\w+_dir\b"
    r"|(?:rusqlite|sled|rocksdb|redb|log4rs|tracing[-_]appender|fern)\s*(?:::|=\s*[\"{]))"
)
_RUST_ROOT = r"\b(?:set(?:e?[ug]id|groups)\b|gete?uid\b|pcap\b|bollard\b|pnet\b|aya\b)|docker\.sock"
_JVM_WRITES = (
    r"\b(?:new\s+(?:FileWriter|FileOutputStream|RandomAccessFile|FileHandler)\b"
    r"|Files\.(?:write\w*|create(?!Temp)\w*|newOutputStream|newBufferedWriter|copy|move)\b"
    r"|jdbc:(?:h2:(?!mem|tcp)|sqlite:|derby:(?!memory)|hsqldb:file)|logging\.file\b"
    r"|(?:Rolling)?FileAppender\b|server\.tomcat\.(?:basedir|accesslog\.enabled)\b"
    r"|multipart\.location\b|sqlite-jdbc\b|filename:.{0,200}\.log\b)|\.(?:mkdirs?|createNewFile)\("
    r"|\.(?:transferTo|writeText|appendText)\(|(?m:^logging:[ \t]*\n(?:[ \t]+\S.*\n){0,20}?[ \t]+file:)"
    r"|<RollingFile\b|<File\s+name\b"
)
_RUBY_WRITES = (
    r"\b(?:File\.(?:write|binwrite|rename|delete|open\s*\([^)\n]{0,200},\s*[\"'][wa])|FileUtils\."
    r"|Dir\.mkdir\b|IO\.(?:bin)?write\b|Logger\.new\s*\(\s*[\"']|PStore\b|YAML::Store\b|sqlite:)"
    r"|[\"']sqlite3[\"']"
)
_PHP_WRITES = (
    r"\b(?:file_put_contents\s*\(|fopen\s*\([^)\n]{0,200},\s*[\"'](?:[waxc]|r\w*\+)|mkdir\s*\("
    r"|touch\s*\(|move_uploaded_file\s*\(|sqlite:|new\s+\\?SQLite3\b)"
)
_NET_WRITES = (
    r"\b(?:File\.(?:Write\w*|Append\w*|Create\w*|Copy|Move|Delete|OpenWrite)\b"
    r"|Directory\.(?:Create\w*|Move)\b|new\s+(?:FileStream|StreamWriter)\(|UseSqlite\b"
    r"|Data Source\s*=\s*[^;\"]{0,200}\.(?:db|sqlite)|LiteDB\b|PersistKeysToFileSystem\b"
    r"|WriteTo\.File\b|Sqlite\b)|\"Name\":\s*\"(?:Rolling)?File\""
)
_OTHER_WRITES = (
    r"\b(?:fopen\s*\([^)\n]{0,200},\s*\"[wa]|ofstream\b|O_CREAT\b|mkdir\s*\(|sqlite3_open\w*"
    r"|writeFile\b|File\.write\b|createDirectory\w*\b|AF_UNIX\b)"
)
_OTHER_ROOT = r"\b(?:chroot\s*\(|AF_PACKET\b|SOCK_RAW\b|pcap_open|gete?uid\s*\()"
_PRISMA = r"provider\s*=\s*\"sqlite\""

#: Where all may write, and names of files that are made there.
_HARMLESS = regex(
    r"[\"'`(]/(?:tmp|dev|proc|var/tmp)\b|\btmp_?path\b|te?mpdir\b|TempDir\b|tempfile|mkd?s?temp|mkdtemp"
    r"|\bO_RDONLY\b|:memory:|/dev/shm",
    re.IGNORECASE,
)
_LITERAL = regex(r"[\"'`]([^\"'`\n${}]*[^\"'`\n${}/ ][^\"'`\n${}]*)[\"'`]")
_COMMENT = regex(r"\s*(?:#|//|\*|/\*|--|<!--)")
_TEST = regex(
    r"(?:test_.*|.*_test|conftest|.*[._-](?:test|spec|stories)|.*\.config|setup|gulpfile|gruntfile|build"
    r"|noxfile|fabfile|.*\.min|webpack\..*)\.\w+",
    re.IGNORECASE,
)


_REST = 300  # characters of the line behind it that may name a place; more has a line of data


class Language(Struct, frozen=True):
    """How sources of a language are called, and what they have where they write, or want root."""

    files: re.Pattern[str]
    writes: re.Pattern[str]
    root: re.Pattern[str] | None = None

    def is_source(self, path: str) -> bool:
        """Whether a file of that path is one, and no test and no tool of the build."""
        name = posixpath.basename(path)
        return self.files.fullmatch(name) is not None and not (
            _TEST.fullmatch(name) and name.lower() not in _SETTINGS
        )


class Sign(Struct, frozen=True):
    """What a line has that writes, or with `root` what only root may do.

    `paths` are the texts between quotes in the rest of the line.
    """

    said: str
    root: bool
    paths: tuple[str, ...]


_SETTINGS = frozenset(
    {"gunicorn.conf.py", "package.json", "build.gradle", "build.gradle.kts", "build.sbt"}
)
PYTHON = Language(
    regex(r".*\.pyi?|requirements.*\.txt|pyproject\.toml|Pipfile"),
    regex(_PYTHON_WRITES),
    regex(_PYTHON_ROOT),
)
NODE = Language(
    regex(r".*\.(?:[cm]?js|[cm]?ts)|package\.json|schema\.prisma"),
    regex(f"{_NODE_WRITES}|{_PRISMA}"),
    regex(_NODE_ROOT),
)
RUBY = Language(regex(r".*\.(?:rb|ru)|Gemfile|database\.ya?ml"), regex(_RUBY_WRITES))
PHP = Language(regex(r".*\.php"), regex(_PHP_WRITES))
JVM = Language(
    regex(
        r".*\.(?:java|kt|scala|groovy|clj)|application[\w-]*\.(?:properties|ya?ml)"
        r"|log(?:back|4j2?)[\w.-]*\.(?:xml|properties|ya?ml)|pom\.xml|build\.gradle(?:\.kts)?|build\.sbt"
    ),
    regex(_JVM_WRITES),
)
NET = Language(
    regex(r".*\.(?:cs|fs|vb|csproj|fsproj)|appsettings[\w.-]*\.json"), regex(_NET_WRITES)
)
COMPILED = Language(
    regex(r".*\.(?:go|rs|c|cc|cpp|cxx|swift|cr|nim|zig|hs|ml|d|dart)|go\.mod|Cargo\.toml"),
    regex("|".join((_GO_WRITES, _RUST_WRITES, _OTHER_WRITES))),
    regex("|".join((_GO_ROOT, _RUST_ROOT, _OTHER_ROOT))),
)


#: Texts in which there is nothing, by language: Dockerfiles of one tree often have their sources in common.
_SILENT: set[tuple[int, int, int]] = set()
_MOST_SILENT = 50_000


def signs(language: Language, text: str) -> Iterator[Sign]:
    """What the text of a source has, comments and places where all may write left out."""
    mark = (id(language), len(text), hash(text))
    if mark in _SILENT:
        return
    is_silent = True
    for sign in _signs(language, text):
        is_silent = False
        yield sign
    if is_silent:
        if len(_SILENT) >= _MOST_SILENT:
            _SILENT.clear()
        _SILENT.add(mark)


def _signs(language: Language, text: str) -> Iterator[Sign]:
    for pattern, root in ((language.root, True), (language.writes, False)):
        looked, is_comment = 0, False
        for found in pattern.finditer(text) if pattern is not None else ():
            # Each line is looked at once, however long it is and however much is found in it.
            begin = text.rfind("\n", looked, found.start()) + 1
            if begin or not looked:
                is_comment = _COMMENT.match(text, begin, found.start() + 1) is not None
            looked = found.start()
            if is_comment:
                continue
            rest = text[found.start() : found.end() + _REST]
            rest = found[0] + rest[len(found[0]) :].partition("\n")[0]
            if root or not _HARMLESS.search(rest):
                paths = tuple(each[1] for each in _LITERAL.finditer(rest))
                yield Sign(" ".join(found[0].split())[:60], root, paths)
