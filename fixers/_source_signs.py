"""What the sources of a program have where it writes files, or does what only root may do."""

import posixpath
import re
from collections.abc import Iterator

from msgspec import Struct

from dfix import regex

_PYTHON_WRITES = (
    r"\bopen\s*\([^)\n]{0,200}?,\s*(?:mode\s*=\s*)?[\"'](?:[wax]|r\w*\+)|\.write_(?:text|bytes)\s*\("
    r"|\bos\.(?:makedirs|mkdir|mknod|mkfifo|rename|replace|remove|unlink|symlink|chmod)\s*\("
    r"|\.(?:mkdir|touch)\s*\(\s*(?:\)|parents\b|exist_ok\b|mode\b|0o)|\bshutil\.(?:copy\w*|move|rmtree|make_archive)\s*\("
    r"|\bsqlite3\.connect\s*\(|\bsqlite(?:\+\w+)?:///(?!:memory:|[\"'])|backends\.sqlite3|\baiosqlite\b"
    r"|\b(?:Rotating|TimedRotating|Watched|Concurrent\w*)?FileHandler\b|\bbasicConfig\([^)]{0,300}\bfilename\b|\bMEDIA_ROOT\b|\bUPLOAD_FOLDER\b"
    r"|\bFileSystem(?:Storage|Cache)\b|\bFileBasedCache\b|\.savefig\s*\(|\burlretrieve\s*\("
    r"|\.to_(?:csv|excel|parquet|pickle)\s*\(\s*f?[\"']|\.save\s*\(\s*(?:os\.path|f?[\"']|path|filename)"
    r"|\b(?:joblib\.dump|torch\.save)\s*\(|\.save_pretrained\s*\(|\bpidfile\s*=\s*[\"']"
    r"|\b(?:access|error)_?log\s*=\s*[\"'](?!-)|\bAF_UNIX\b|\.to_file\s*\("
    r"|[\"']git[\"']\s*,\s*[\"'](?:clone|pull|init|checkout)\b|\bRepo\.(?:clone_from|init)\b"
)
_PYTHON_ROOT = (
    r"\bSOCK_RAW\b|\bAF_PACKET\b|\bos\.(?:set(?:e?[ug]id|groups)|chown|chroot|gete?uid)\b"
    r"|\bdocker\.(?:from_env|DockerClient|APIClient)\b|\bscapy\b|docker\.sock"
)
_NODE_PACKAGES = (
    r"better-sqlite3|sqlite3?|@seald-io/nedb|nedb\S*|lowdb|level(?:up|down)?|node-persist|electron-store"
    r"|configstore|keyv-file|@strapi/strapi|strapi|node-red|ghost|directus|verdaccio|n8n|@libsql/client"
    r"|pouchdb\S*"
)
_NODE_WRITES = (
    r"\b(?:writeFile|appendFile|outputFile|outputJson|ensureDir|ensureFile|copyFile|mkdir)(?:Sync)?\s*\("
    r"|\b(?:createWriteStream|mkdirp)\s*\(|\bfs\w*\.(?:rename|rm|unlink|symlink|chmod)(?:Sync)?\s*\("
    r"|\bmulter\s*\(\s*\{[^}]{0,300}\bdest\b|\bdiskStorage\s*\(|\btransports\.(?:File|DailyRotateFile)\b"
    r"|\bwinston-daily-rotate|\brotating-file-stream\b|\btype:\s*[\"']file[\"']"
    rf"|(?:\brequire\s*\(\s*|\bfrom\s+|\bimport\s+)[\"'](?:{_NODE_PACKAGES})[\"']"
    rf"|[\"'](?:{_NODE_PACKAGES})[\"']\s*:\s*[\"'][~^<>=*v0-9]"
    r"|\.listen\s*\(\s*[\"'`][/.]|\bBun\.write\s*\(|\bDeno\.(?:write\w*|mkdir|create)\s*\("
)
_NODE_ROOT = (
    r"\bprocess\.(?:set|get)e?[ug]id\b|[\"'](?:dockerode|raw-socket|pcap)[\"']|docker\.sock"
)
_GO_WRITES = (
    r"\bos\.(?:Create|WriteFile|OpenFile|Mkdir|MkdirAll|Rename|Remove|RemoveAll|Symlink|Chmod|Truncate)\("
    r"|\bioutil\.WriteFile\(|\bnet\.Listen(?:Unix)?\(\s*\"unix|\bos\.User(?:Home|Config|Cache)Dir\("
    r"|\bautocert\.DirCache\b|[/\"](?:go-sqlite3|bbolt|badger|buntdb|goleveldb|pebble|nutsdb|lumberjack"
    r"|boltdb/bolt|modernc\.org/sqlite|driver/sqlite|glebarez/sqlite|go-duckdb|ncruces/go-sqlite3)\b"
)
_GO_ROOT = (
    r"\bListenPacket\(\s*\"ip|x/net/icmp\b|/gopacket\b|vishvananda/netlink|/go-iptables\b|/nftables\b"
    r"|(?:docker/docker|moby/moby)/client|docker/docker [v ]|go-dockerclient|containerd/containerd\b"
    r"|\b(?:syscall|unix)\.(?:Mount|Set(?:e?[ug]id|groups)|Chroot|Mknod|SOCK_RAW)\b|\bos\.(?:Gete?uid|Chown)\("
    r"|docker\.sock|cilium/ebpf"
)
_RUST_WRITES = (
    r"\bFile::(?:create|options)\b|\bOpenOptions\b|\bfs::(?:write|create_dir\w*|rename|copy|remove_\w+)\b"
    r"|\bUnixListener\b|\bsqlite\b|\bdirs(?:_next)?::\w+_dir\b"
    r"|\b(?:rusqlite|sled|rocksdb|redb|log4rs|tracing[-_]appender|fern)\s*(?:::|=\s*[\"{])"
)
_RUST_ROOT = (
    r"\bset(?:e?[ug]id|groups)\b|\bgete?uid\b|\bpcap\b|\bbollard\b|\bpnet\b|docker\.sock|\baya\b"
)
_JVM_WRITES = (
    r"\bnew\s+(?:FileWriter|FileOutputStream|RandomAccessFile|FileHandler)\b|\.(?:mkdirs?|createNewFile)\("
    r"|\bFiles\.(?:write\w*|create(?!Temp)\w*|newOutputStream|newBufferedWriter|copy|move)\b"
    r"|\.(?:transferTo|writeText|appendText)\(|\bjdbc:(?:h2:(?!mem|tcp)|sqlite:|derby:(?!memory)|hsqldb:file)"
    r"|\blogging\.file\b|(?m:^logging:[ \t]*\n(?:[ \t]+\S.*\n){0,20}?[ \t]+file:)"
    r"|\b(?:Rolling)?FileAppender\b|<RollingFile\b|<File\s+name\b|\bserver\.tomcat\.(?:basedir|accesslog\.enabled)\b|\bmultipart\.location\b"
    r"|\bsqlite-jdbc\b|\bfilename:.{0,200}\.log\b"
)
_RUBY_WRITES = (
    r"\bFile\.(?:write|binwrite|rename|delete|open\s*\([^)\n]{0,200},\s*[\"'][wa])|\bFileUtils\.|\bDir\.mkdir\b"
    r"|\bIO\.(?:bin)?write\b|\bLogger\.new\s*\(\s*[\"']|[\"']sqlite3[\"']|\bPStore\b|\bYAML::Store\b|\bsqlite:"
)
_PHP_WRITES = (
    r"\bfile_put_contents\s*\(|\bfopen\s*\([^)\n]{0,200},\s*[\"'](?:[waxc]|r\w*\+)|\bmkdir\s*\(|\btouch\s*\("
    r"|\bmove_uploaded_file\s*\(|\bsqlite:|\bnew\s+\\?SQLite3\b"
)
_NET_WRITES = (
    r"\bFile\.(?:Write\w*|Append\w*|Create\w*|Copy|Move|Delete|OpenWrite)\b|\bDirectory\.(?:Create\w*|Move)\b"
    r"|\bnew\s+(?:FileStream|StreamWriter)\(|\bUseSqlite\b|\bData Source\s*=\s*[^;\"]{0,200}\.(?:db|sqlite)"
    r"|\bLiteDB\b|\bPersistKeysToFileSystem\b|\bWriteTo\.File\b|\"Name\":\s*\"(?:Rolling)?File\"|\bSqlite\b"
)
_OTHER_WRITES = (
    r"\bfopen\s*\([^)\n]{0,200},\s*\"[wa]|\bofstream\b|\bO_CREAT\b|\bmkdir\s*\(|\bsqlite3_open\w*|\bwriteFile\b"
    r"|\bFile\.write\b|\bcreateDirectory\w*\b|\bAF_UNIX\b"
)
_OTHER_ROOT = r"\bchroot\s*\(|\bAF_PACKET\b|\bSOCK_RAW\b|\bpcap_open|\bgete?uid\s*\("
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


def signs(language: Language, text: str) -> Iterator[Sign]:
    """What the text of a source has, comments and places where all may write left out."""
    for pattern, root in ((language.root, True), (language.writes, False)):
        for found in pattern.finditer(text) if pattern is not None else ():
            begin = text.rfind("\n", 0, found.start()) + 1
            end = text.find("\n", found.end())
            end = min(end if end >= 0 else len(text), found.end() + _REST)
            rest = text[found.start() : end]
            if _COMMENT.match(text, begin, found.start() + 1):
                continue
            if root or not _HARMLESS.search(rest):
                paths = tuple(each[1] for each in _LITERAL.finditer(rest))
                yield Sign(" ".join(found[0].split())[:60], root, paths)
