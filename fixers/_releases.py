"""Which release, Python or Node.js a stage runs on, as far as its base image's tag fixes it.

Only tags count that stay with a release: `python:3.13` moved from one Debian to the next, and will
again; `python:3.13-bookworm` will not.
"""

from msgspec import Struct

from dfix import Facts, ImageReference, Run, regex

#: Releases by their numbers. Older ones have no archive any more, newer ones are no release yet.
_DEBIAN = {"11": "bullseye", "12": "bookworm", "13": "trixie"}
_UBUNTU = {"22.04": "jammy", "24.04": "noble", "26.04": "resolute"}
_CODENAMES = {
    **dict.fromkeys(_DEBIAN.values(), "debian"),
    **dict.fromkeys(_UBUNTU.values(), "ubuntu"),
}
#: The Python that a release installs.
_PYTHON = {
    "bullseye": "3.9",
    "bookworm": "3.11",
    "trixie": "3.13",
    "jammy": "3.10",
    "noble": "3.12",
}
#: Official images that install from their distribution's archive alone, by their build files.
_PLAIN = frozenset(
    """buildpack-deps eclipse-temurin elixir erlang gcc golang gradle maven node openjdk perl pypy
    python ruby rust tomcat""".split()
)
_OWN_PYTHON = frozenset({"python", "pypy"})
_OS_TAG = regex(r"([a-z]+|[0-9]+(?:\.[0-9]+)*)(?:-[0-9]{8}(?:\.[0-9]+)?)?(?:-slim)?")
_PYTHON_TAG = regex(r"(3\.[0-9]{1,2}(?:\.[0-9]{1,3})?)(?:-(?!rc)[a-z0-9.-]+)?")
_NODE_TAG = regex(r"([0-9]{1,3})(?:\.[0-9]+){0,2}(?:-[a-z0-9.-]+)?")
#: Debian's names of architectures, by the builder's.
_ARCHITECTURES = {
    "amd64": "amd64",
    "arm64": "arm64",
    "arm64/v8": "arm64",
    "arm/v7": "armhf",
    "386": "i386",
    "ppc64le": "ppc64el",
    "riscv64": "riscv64",
    "s390x": "s390x",
}
_USUAL = "amd64"


class Platform(Struct, frozen=True):
    """What versions depend on, as it is locked."""

    text: str


class _Base(Struct, frozen=True):
    """A base image whose tag can be relied on."""

    image: ImageReference
    name: str
    tag: str
    arch: str


def platform(facts: Facts, run: Run, ecosystem: str) -> Platform | str:
    """What the versions of an ecosystem's packages depend on in a RUN, or why that is not known."""
    if ecosystem == "npm":
        return _node(facts, run)
    base = _base(facts, run)
    if isinstance(base, str):
        return base
    return _archive(base) if ecosystem == "apt" else _python(base)


def python_of(place: Platform) -> str:
    """The minor version of a platform of pip: `3.13`."""
    return ".".join(place.text.split(" ")[1].split(".")[:2])


def _base(facts: Facts, run: Run) -> _Base | str:
    image = _image(facts, run)
    if image is None:
        return "the base image is a variable"
    if not image.is_official or image.familiar_name == "scratch":
        return f"what {image} installs from is not known"
    if facts.bases.is_replaced(image):
        return f"a build takes {image} from a context of that name"
    if image.tag is None:
        return f"{image} has no tag that names its release"
    arch = _architecture(facts, run)
    if arch is None:
        return "the platform of FROM is a variable, or not a known one"
    return _Base(image, image.familiar_name, image.tag, arch)


def _image(facts: Facts, run: Run) -> ImageReference | None:
    """The image that the lineage of a RUN begins with, if no build argument makes it another one."""
    stage = facts.stages.holding(run)
    if stage is None:
        return None
    first = facts.stages.lineage(stage)[-1]
    return ImageReference.parse(facts.open_plan.stages[first.index].base)


def _architecture(facts: Facts, run: Run) -> str | None:
    stage = facts.stages.holding(run)
    flag = None if stage is None else facts.stages.lineage(stage)[-1].start.flag("platform")
    if flag is None:
        return _USUAL
    system, _, machine = (flag.argument or "").partition("/")
    return _ARCHITECTURES.get(machine) if system == "linux" else None


def _release(base: _Base) -> str | None:
    """The code name of the release of an image; None where its tag does not fix one."""
    if base.name in {"debian", "ubuntu"}:
        found = _OS_TAG.fullmatch(base.tag)
        if found is None:
            return None
        numbers = _DEBIAN if base.name == "debian" else _UBUNTU
        written = found[1].partition(".")[0] if base.name == "debian" else found[1]
        release = numbers.get(written, found[1])
        return release if _CODENAMES.get(release) == base.name else None
    if base.name not in _PLAIN:
        return None
    named = [part for part in base.tag.split("-") if part in _CODENAMES]
    return named[0] if len(named) == 1 else None


def _archive(base: _Base) -> Platform | str:
    release = _release(base)
    if release is not None:
        return Platform(f"{_CODENAMES[release]} {release} {base.arch}")
    if base.name in _PLAIN or base.name in {"debian", "ubuntu"}:
        return f"the tag of {base.image} fixes no release, as in `bookworm` or `noble`"
    return f"what {base.image} installs from is not known"


def _python(base: _Base) -> Platform | str:
    if base.name == "python":
        found = _PYTHON_TAG.fullmatch(base.tag)
        if found is None:
            return f"the tag of {base.image} fixes no Python, as in `3.13`"
        libc = "musl" if "alpine" in base.tag else "glibc"
        return Platform(f"python {found[1]} {libc} {base.arch}")
    release = _release(base)
    version = _PYTHON.get(release or "")
    if version is None or base.name in _OWN_PYTHON:
        return f"which Python {base.image} has is not known"
    return Platform(f"python {version} glibc {base.arch}")


def _node(facts: Facts, run: Run) -> Platform:
    """Without a known Node.js the latest version is what npm would install, whatever it wants."""
    image = _image(facts, run)
    if image is not None and image.is_official and image.familiar_name == "node":
        found = _NODE_TAG.fullmatch(image.tag or "")
        if found is not None:
            return Platform(f"node {found[1]}")
    return Platform("node")
