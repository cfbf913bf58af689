"""How containers of a Dockerfile's image are run, as far as the files of its tree tell.

`docker run` in makefiles, scripts, workflows and the README, Pods of Kubernetes, and actions of GitHub
come out as what Compose would say of a service. Which image they run is told by its name alone: that of a
tag that the tree gives to a build, or of the folder that the Dockerfile is in.
"""

import functools
import os
import posixpath
import re
from collections.abc import Iterator, Mapping
from pathlib import Path

from msgspec import Struct

from dfix.discovery import named_as
from dfix.documents import DocumentError, read_yaml
from dfix.patterns import regex
from dfix.regularfile import read_within
from dfix.text import decode
from dfix.worktree import project_files

_LIMIT = 512 * 1024  # bytes of a file that is looked at
_CHARACTERS = 16 * 1024 * 1024  # looked at in one tree
_TREES = 64
_LOOKED_AT = regex(
    r".*\.(?:ya?ml|sh|bash|mk|just|ps1|bat|cmd|zsh|service)|readme(?:\.\w+)?|(?:gnu)?makefile.*|justfile"
    r"|taskfile.*|jenkinsfile.*|package\.json|fly[\w.-]*\.toml",
    re.IGNORECASE,
)
_CALL = regex(
    r"\b(?:docker|podman|nerdctl)[ \t]+(?:container[ \t]+)?(run|create|build|buildx[ \t]+build|tag)[ \t]+"
    r"((?:[^\n\\`^&;|]|[\\`^](?:\r?\n)?){0,3000})"
)
_COMPUTED = regex(r"\$?\{\{[^\n{}]*\}\}|\$\([^\n()]*\)|`[^\n`]*`")
_WORD = regex(r"\"[^\"\n]*\"|'[^'\n]*'|[^\s\"';|&<>]+|[;|&<>]")
_END = frozenset(";|&<>")
#: Options of `docker run` without a value; all others have one.
_FLAGS = frozenset(
    """--rm --init --privileged --read-only --detach --interactive --tty --publish-all --quiet --help
    --no-healthcheck --oom-kill-disable --sig-proxy --disable-content-trust --replace""".split()
)
_SHORT_FLAGS = frozenset("ditPq")
#: What a workflow for GitHub hands to `docker/build-push-action`.
_TAGS = regex(
    r"^[ \t]*(?:tags|images?|image_name|repository)[ \t]*:[ \t]*[\"']?([\w./:-]+)", re.MULTILINE
)
_ACTION = regex(r"(?:.*/)?action\.ya?ml")
_USING = regex(r"^[ \t]+using[ \t]*:[ \t]*[\"']?docker\b", re.MULTILINE)
_IMAGE = regex(r"^[ \t]+image[ \t]*:[ \t]*[\"']?([^\s\"'#]+)", re.MULTILINE)
_OF_PODS = regex(r"^[ \t-]*containers[ \t]*:", re.MULTILINE)
_TELLING = regex(r"volumeMounts|privileged|capabilities|hostNetwork")
#: Volumes of Pods that are there to be read, and the one that all may write to.
_TO_READ = frozenset({"configMap", "secret", "projected", "downwardAPI", "emptyDir", "image"})
#: Where Fly and Render put disks.
_DISK = regex(
    r"^[ \t]*(?:destination[ \t]*=|mountPath[ \t]*:)[ \t]*[\"']?(/[^\s\"'#]+)", re.MULTILINE
)
_WITH_DISKS = regex(r"fly[\w.-]*\.toml|render\.ya?ml")
_FROM = regex(r"^[ \t]*FROM[ \t]+(?:--\S+[ \t]+)*(\S+)", re.MULTILINE | re.IGNORECASE)
_STAGE = regex(r"^[ \t]*FROM[ \t]+[^\n]*[ \t]AS[ \t]+(\S+)", re.MULTILINE | re.IGNORECASE)
_AS_ROOT = regex(r"^[ \t]*(RUN|USER|FROM)\b", re.MULTILINE | re.IGNORECASE)


#: Official images that folders are called like: such a name alone means the image of Docker Hub.
_OFFICIAL = frozenset(
    """alpine buildpack-deps busybox caddy cassandra centos composer consul couchdb dart debian docker
    elasticsearch elixir erlang fedora gcc ghost golang gradle haproxy haskell httpd influxdb java jenkins
    jetty julia kibana logstash mariadb maven memcached mongo mysql nats nextcloud nginx node openjdk perl php
    postgres pypy python rabbitmq redis registry ruby rust solr swift telegraf tomcat traefik ubuntu vault
    wordpress zookeeper""".split()
)


class Container(Struct, frozen=True):
    """A container of the image called `image`, None for a computed name.

    `said` is what Compose would say of it, `name` how it is called, and `source` the file that tells.
    """

    image: str | None
    source: str
    name: str
    said: Mapping[str, object]


class _Told(Struct, frozen=True):
    """What the files of a tree tell."""

    containers: tuple[Container, ...]
    #: Actions of GitHub: the file that describes one, and the Dockerfile that it is built from.
    actions: tuple[tuple[str, str], ...]
    #: Tags that builds are given, each with the other words of the call.
    builds: tuple[tuple[str, frozenset[str]], ...]
    #: Dockerfiles, with the base images above a RUN that no USER is above.
    heirs: tuple[tuple[str, frozenset[str]], ...]
    dockerfiles: int


def can_tell(root: Path, *, deep: bool) -> bool:
    """Whether the files below `root` are few enough to look at all of them; else they tell nothing."""
    return _told(root, deep) is not None


def containers_of(root: Path, dockerfile: Path, *, deep: bool) -> Iterator[Container]:
    """The containers that run, or may run, the image of `dockerfile`, by the files below `root`."""
    told = _told(root, deep)
    if told is None:
        return
    own = _relative(root, dockerfile)
    for source, built in told.actions:
        if posixpath.normpath(built) == own:
            folder = {"volumes": ["/:/github/workspace"]}
            yield Container(None, source, "the runner of GitHub", folder)
    names = _names(told, root, own)
    for each in told.containers:
        if each.image is None or _is_readme_of(told, each):
            known = told.dockerfiles == 1 or _is_beside(each.source, own)
        else:
            known = _is_called(each.image, names, told)
        if known:
            yield each


def heirs_of(root: Path, dockerfile: Path, *, deep: bool) -> Iterator[str]:
    """The Dockerfiles below `root` that are built on the image of `dockerfile`, and begin with a RUN."""
    told = _told(root, deep)
    if told is None:
        return
    own = _relative(root, dockerfile)
    names = _names(told, root, own)
    for file, images in told.heirs:
        if file != own and any(_is_called(each, names, told) for each in images):
            yield file


def forget_containers() -> None:
    """Read the trees anew from now on."""
    _told.cache_clear()


def _names(told: _Told, root: Path, own: str) -> frozenset[str]:
    """What the image may be called: by its folder, and by the tags of builds that name the Dockerfile."""
    folder = posixpath.dirname(own)
    names = {posixpath.basename(folder) if folder else root.name}
    for tag, words in told.builds:
        if told.dockerfiles < 3 or not words.isdisjoint(
            {own, folder or ".", posixpath.basename(folder)}
        ):
            names.add(tag)
    return frozenset(name.lower() for name in names)


def _is_called(image: str, names: frozenset[str], told: _Told) -> bool:
    last = _last(image)
    if last in _OFFICIAL and "/" not in image and all(tag != last for tag, _ in told.builds):
        return False
    return last in names


def _relative(root: Path, dockerfile: Path) -> str:
    return os.path.relpath(os.path.realpath(dockerfile), root)


def _is_readme_of(told: _Told, container: Container) -> bool:
    """Whether a container stands in the README of the only Dockerfile, which is for its users."""
    name = posixpath.basename(container.source).lower()
    return name.startswith("readme") and "/" in (container.image or "") and told.dockerfiles == 1


def _is_beside(source: str, own: str) -> bool:
    return "/" in own and posixpath.dirname(source) == posixpath.dirname(own)


def _last(image: str) -> str:
    """The last part of an image's name, without tag and digest."""
    return image.partition("@")[0].rpartition("/")[2].partition(":")[0].lower()


@functools.lru_cache(maxsize=_TREES)
def _told(root: Path, deep: bool) -> _Told | None:
    """What the files of a tree tell; None where there are too many to look at."""
    containers: list[Container] = []
    actions: list[tuple[str, str]] = []
    builds: list[tuple[str, frozenset[str]]] = []
    heirs: list[tuple[str, frozenset[str]]] = []
    dockerfiles, left = 0, _CHARACTERS
    for file in _files(root, deep):
        name = file.rpartition("/")[2]
        is_dockerfile = named_as(name) is not None
        if not (is_dockerfile or _LOOKED_AT.fullmatch(name)):
            continue
        try:
            text = decode(read_within(root, root / file, limit=_LIMIT))
        except OSError:
            continue  # None of them is promised to be there and readable.
        left -= len(text)
        if left < 0:
            return None
        if is_dockerfile:
            dockerfiles += 1
            heirs.append((file, frozenset(_run_upon(text))))
            continue
        if name.lower().startswith("readme"):
            text = text.replace("`", "\n")  # What is between them is code, and not computed.
        if _ACTION.fullmatch(file) and _USING.search(text) and (found := _IMAGE.search(text)):
            actions.append((file, posixpath.join(posixpath.dirname(file), found[1])))
        if _WITH_DISKS.fullmatch(name):
            for disk in _DISK.finditer(text):
                said = {"volumes": [f"disk:{disk[1]}"]}
                containers.append(Container(None, file, "the program", said))
        for verb, words in _calls(text):
            if verb in {"run", "create"}:
                containers += _by_call(file, words)
            else:
                builds += _builds(words, verb)
        builds += ((_last(each[1]), frozenset()) for each in _TAGS.finditer(text))
        if name.endswith((".yml", ".yaml")) and _OF_PODS.search(text) and _TELLING.search(text):
            containers += _of_pods(file, text)
    return _Told(tuple(containers), tuple(actions), tuple(builds), tuple(heirs), dockerfiles)


def _files(root: Path, deep: bool) -> tuple[str, ...]:
    try:
        return project_files(root) if deep else tuple(sorted(each.name for each in root.iterdir()))
    except OSError:
        return ()


def _run_upon(text: str) -> Iterator[str]:
    """The images that a Dockerfile is FROM, above a RUN that no USER is above."""
    stages = {each.lower() for each in _STAGE.findall(text)}
    for found in _FROM.finditer(text):
        following = _AS_ROOT.search(text, found.end())
        if (
            following is not None
            and following[1].upper() == "RUN"
            and found[1].lower() not in stages
        ):
            yield found[1]


def _calls(text: str) -> Iterator[tuple[str, list[str]]]:
    for found in _CALL.finditer(_COMPUTED.sub("$", text)):
        line = re.sub(r"[\\`^]\r?\n", " ", found[2])
        words: list[str] = []
        for word in _WORD.findall(line):
            if word in _END:
                break
            words.append(word.strip("\"'"))
        yield found[1].split()[0], words


def _builds(words: list[str], verb: str) -> Iterator[tuple[str, frozenset[str]]]:
    if verb == "tag":
        yield from ((_last(each), frozenset[str]()) for each in words)
        return
    others = frozenset(posixpath.normpath(each.rpartition("=")[2]) for each in words)
    for at, word in enumerate(words):
        option, joined, value = word.partition("=")
        if option in {"-t", "--tag"}:
            value = value if joined else words[at + 1] if at + 1 < len(words) else ""
            yield _last(value), others


def _by_call(source: str, words: list[str]) -> Iterator[Container]:
    """What `docker run` with `words` behind it starts."""
    said: dict[str, list[str]] = {}
    at = 0
    while at < len(words):
        word = words[at]
        at += 1
        if not word.startswith("-"):
            image = None if "$" in word or "<" in word else word
            yield Container(image, source, "`docker run`", _as_service(said, words[at:]))
            return
        option, joined, value = word.partition("=")
        if not option.startswith("--"):
            option, value, joined = _short(word)
        if option in _FLAGS or not option:
            said.setdefault(option, []).append(value or "true")
            continue
        if not joined:
            value = words[at] if at < len(words) else ""
            at += 1
        said.setdefault(option, []).append(value)


def _short(word: str) -> tuple[str, str, str]:
    """The option with a value among letters like `-itv`, its value, and whether that is joined."""
    for at, letter in enumerate(word[1:], 1):
        if letter not in _SHORT_FLAGS:
            value = word[at + 1 :].removeprefix("=")
            return f"-{letter}", value, value
    return "", "", ""


def _as_service(said: Mapping[str, list[str]], command: list[str]) -> dict[str, object]:
    """What Compose would say of a container that is started with these options."""
    volumes: list[object] = [*said.get("-v", ()), *said.get("--volume", ())]
    for mount in said.get("--mount", ()):
        parts = [each.partition("=") for each in mount.split(",")]
        pairs = {key: value for key, _, value in parts}
        target = pairs.get("target", pairs.get("destination", pairs.get("dst")))
        is_read = any(
            key in {"readonly", "ro"} and value in {"", "true", "1"} for key, _, value in parts
        )
        volumes.append(
            {"type": pairs.get("type", "volume"), "target": target, "read_only": str(is_read)}
        )
    found: dict[str, object] = {"volumes": volumes, "command": command}
    for option, name in (
        ("--cap-add", "cap_add"),
        ("--device", "devices"),
        ("--volumes-from", "volumes_from"),
    ):
        if option in said:
            found[name] = said[option]
    for option, name in (
        ("--privileged", "privileged"),
        ("--user", "user"),
        ("-u", "user"),
        ("--pid", "pid"),
        ("--ipc", "ipc"),
        ("--network", "network_mode"),
        ("--net", "network_mode"),
    ):
        if option in said:
            found[name] = said[option][-1].replace("$", "") or "computed"
    found["environment"] = [*said.get("-e", ()), *said.get("--env", ())]
    return found


def _of_pods(source: str, text: str) -> Iterator[Container]:
    """The containers of the Pods that a file of Kubernetes describes."""
    for document in re.split(r"(?m)^---.*$", text):
        if not (_OF_PODS.search(document) and _TELLING.search(document)):
            continue
        try:
            value = read_yaml(document)
        except DocumentError:
            continue  # A template, or broken.
        for pod in _pods(value, 0):
            yield from _of_pod(source, pod)


def _pods(value: object, depth: int) -> Iterator[Mapping[str, object]]:
    if depth > 12:
        return
    if isinstance(value, dict):
        if isinstance(value.get("containers"), list):
            yield value
        for each in value.values():
            yield from _pods(each, depth + 1)
    elif isinstance(value, list):
        for each in value:
            yield from _pods(each, depth + 1)


def _of_pod(source: str, pod: Mapping[str, object]) -> Iterator[Container]:
    own = _mapping(pod.get("securityContext"))
    read: set[str] = set()
    for volume in _mappings(pod.get("volumes")):
        is_shared = "persistentVolumeClaim" in volume and "fsGroup" in own
        if is_shared or not _TO_READ.isdisjoint(volume):
            read.add(str(volume.get("name")))
    for container in _mappings(pod.get("containers")):
        image = container.get("image")
        context = {**own, **_mapping(container.get("securityContext"))}
        mounted = [
            f"volume:{mount.get('mountPath')}"
            for mount in _mappings(container.get("volumeMounts"))
            if str(mount.get("name")) not in read and str(mount.get("readOnly")).lower() != "true"
        ]
        said: dict[str, object] = {"volumes": mounted, "privileged": context.get("privileged")}
        if added := _mapping(context.get("capabilities")).get("add"):
            said["cap_add"] = added
        if "runAsUser" in context:
            said["user"] = str(context["runAsUser"])
        if str(pod.get("hostNetwork")).lower() == "true":
            said["network_mode"] = "host"
        if isinstance(image, str) and image:
            yield Container(
                None if "$" in image else image, source, str(container.get("name")), said
            )


def _mapping(value: object) -> Mapping[str, object]:
    return value if isinstance(value, dict) else {}


def _mappings(value: object) -> Iterator[Mapping[str, object]]:
    for each in value if isinstance(value, list) else ():
        if isinstance(each, dict):
            yield each
