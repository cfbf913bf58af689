"""What is known beside a file, found out when it is asked for: its build context, its images."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import cached_property, lru_cache, partial
from pathlib import Path
from typing import TYPE_CHECKING

from dfix.config import ConfigError
from dfix.context import Evidence, evidence_for
from dfix.facts import Surroundings
from dfix.facts.services import Service, service_of
from dfix.image import ImageReference
from dfix.orchestrators import overridden_names, scan
from dfix.regularfile import read_within
from dfix.relatives import environment_of, relatives
from dfix.resolve import bases, tags
from dfix.resolve.lock import NAME, Lock, LockedImages
from dfix.resolve.lockedpackages import LockedPackages
from dfix.shellcheck import advice
from dfix.text import decode
from dfix.worktree import work_tree_root

_SETTINGS_LIMIT = 1024 * 1024  # bytes

if TYPE_CHECKING:
    from dfix.facts.bases import Images
    from dfix.facts.evidence import Kind
    from dfix.facts.package_versions import Packages


class EmbeddedImages:
    """Images as the tables know them that come with dfix; nobody is asked over the network."""

    def base_facts(self, image: ImageReference) -> bases.BaseFacts | None:
        """What is known about `image`; None for nothing."""
        return bases.base_facts(image)

    def pin(self, image: ImageReference, policy: str) -> tags.Pin | tags.Unpinned:
        """The tag that a floating reference stands for. Raises ValueError for an unknown policy."""
        return tags.pin(image, tags.Policy(policy))

    def digest(self, _image: ImageReference) -> str | None:
        """Nothing: the tables hold no digests."""
        return None

    def tags(self, image: ImageReference) -> frozenset[str]:
        """The tags of an official image that the table has."""
        found = tags.current_tags(image.familiar_name) if image.is_official else None
        return found or frozenset()


class LateEvidence:
    """The evidence for one Dockerfile, gathered when the first question is asked."""

    def __init__(self, file: Path, *, context: Path | None, root: Path | None) -> None:
        self._file = file
        self._context = context
        self._root = root

    def kind(self, source: str, *, level_is_safe: bool) -> "Kind":
        """What a source, as COPY names it, is."""
        kind = self._evidence.kind(source, level_is_safe=level_is_safe)
        # A glob for both files and folders is neither of them.
        return "unknown" if kind == "mixed" else kind

    def mode(self, source: str, *, level_is_safe: bool) -> int | None:
        """The permission bits of a source; None if not known."""
        return self._evidence.mode(source, level_is_safe=level_is_safe)

    def modes_below(self, source: str) -> frozenset[int]:
        """The permission bits of the files that a source is or holds, as far as they are seen."""
        return self._evidence.modes_below(source)

    def text(self, source: str, *, level_is_safe: bool, limit: int = 1_048_576) -> str | None:
        """The text of a source that is one small file; None if not known."""
        return self._evidence.text(source, level_is_safe=level_is_safe, limit=limit)

    def texts_below(
        self, sources: Sequence[str], wanted: Callable[[str], bool]
    ) -> Iterator[tuple[str, str | None]]:
        """The files that sources are or hold and whose paths are wanted, each with its text."""
        return self._evidence.texts_below(sources, wanted)

    def ignored(self, source: str, *, level_is_safe: bool) -> bool:
        """Whether a source is there, and `.dockerignore` keeps it from the builder."""
        return self._evidence.ignored(source, level_is_safe=level_is_safe)

    @cached_property
    def _evidence(self) -> Evidence:
        return evidence_for(self._file, context=self._context, root=self._root)


def surroundings_of(
    file: Path,
    *,
    options: Mapping[str, Mapping[str, object]],
    context: Path | None = None,
    root: Path | None = None,
    has_context: bool = True,
    images: "Images | None" = None,
    others: "Images | None" = None,
    packages: "Packages | None" = None,
    lock_folder: Path | None = None,
) -> Surroundings:
    """What is known beside `file`.

    `context` says what its build context is, and `root` which tree's Compose and Bake files may
    speak of it where it is in no work tree. Without `has_context` only `context` is asked. `images`
    answer for images in place of the tables and of the lock file at the top of the tree, which is then
    not read for packages either, and `others` in place of the tables alone. `packages` answer for
    packages in place of that file. `lock_folder` is where the lock file may be in place of the folder of
    `file` where that is in no work tree; without it and without evidence no lock file counts.

    Raises `ConfigError` for a lock file that cannot be followed.
    """
    evidence = None
    if has_context or context is not None:
        evidence = LateEvidence(file, context=context, root=root)
    tree = work_tree_root(file.parent) or root
    overridden = overridden_names(tree or file.parent, deep=tree is not None)
    services = tuple(_services(tree or file.parent, file, deep=tree is not None))
    if images is None:
        others = EmbeddedImages() if others is None else others
        images = others
        if evidence is not None or lock_folder is not None:
            place = tree or lock_folder or file.parent
            images = images_for(place, others)
            packages = packages_for(place) if packages is None else packages
    passed = partial(_passed, tree or file.parent, tree is not None)
    containers = partial(_containers, tree or file.parent, file, tree is not None)
    return Surroundings(
        evidence, images, overridden, services, options, passed, containers, packages, advice()
    )


def surroundings_of_text(options: Mapping[str, Mapping[str, object]]) -> Surroundings:
    """What is known beside a text that stands nowhere: dfix's own tables, and nothing else."""
    return Surroundings(images=EmbeddedImages(), options=options, shell_advice=advice())


def _passed(root: Path, deep: bool, name: str) -> str | None:
    from dfix.buildarguments import giving  # Few files ask, and starting takes long enough.

    return giving(root, name, deep=deep)


def _containers(
    root: Path, file: Path, deep: bool
) -> tuple[tuple[Service, ...], tuple[str, ...]] | None:
    # Only one fixer asks.
    from dfix.neighbours.containers import can_tell, containers_of, heirs_of

    if not can_tell(root, deep=deep):
        return None

    found = tuple(
        service_of(each.name, each.source, each.said)
        for each in containers_of(root, file, deep=deep)
    )
    editors = tuple(
        Service("the editor", entry.source.name, binds=("/workspaces",))
        for entry in scan(root, deep=deep).naming(file)
        if entry.orchestrator == "devcontainer" and not _names_user(root, entry.source)
    )
    return (*found, *editors), tuple(heirs_of(root, file, deep=deep))


def _names_user(root: Path, file: Path) -> bool:
    """Whether a devcontainer.json says as whom an editor works in the container."""
    try:
        text = decode(read_within(root, file, limit=_SETTINGS_LIMIT))
    except OSError:
        return False
    return '"remoteUser"' in text or '"containerUser"' in text


def images_for(tree: Path, others: "Images") -> "Images":
    """What answers for the images of a tree: the lock file at its top, then `others`.

    Raises `ConfigError`. What a lock file says is read once per process; see `forget_locks`.
    """
    lock = _lock_of(tree)
    return others if lock is None else LockedImages(lock, others)


def packages_for(tree: Path) -> "Packages | None":
    """What answers for the packages of a tree: its lock file; None where none is locked.

    Raises `ConfigError`.
    """
    lock = _lock_of(tree)
    return LockedPackages(lock.packages) if lock is not None and lock.packages else None


def forget_locks() -> None:
    """Read lock files anew from now on."""
    _lock_of.cache_clear()


def forget_containers() -> None:
    """Read anew from now on how containers are run."""
    from dfix.neighbours.containers import forget_containers as forget

    forget()


@lru_cache(maxsize=256)
def _lock_of(tree: Path) -> Lock | None:
    """What the lock file of a tree says; None where there is none."""
    path = tree / NAME
    try:
        return Lock.read(path)
    except FileNotFoundError:
        return None
    except OSError as error:
        raise ConfigError(path, 1, f"cannot be read: {error.strerror or error}") from error


def _services(tree: Path, file: Path, *, deep: bool) -> Iterator[Service]:
    """The Compose services that are built from `file`, and those that run what they build."""
    for entry in scan(tree, deep=deep).naming(file):
        if entry.service is None:
            continue
        own = (entry.source.name, entry.service, entry.attributes)
        for source, name, said in (own, *relatives(tree, entry)):
            given = environment_of(tree, entry.source.parent, said.get("env_file"))
            yield service_of(name, source, said, entry.target, given)
