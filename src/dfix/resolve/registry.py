"""Registries, asked what they hold: which digest a tag has, which tags there are, an image's config.

By https://github.com/opencontainers/distribution-spec/blob/main/spec.md. Nothing is asked unless
somebody makes a `Registry`, and as little as can be: a HEAD for a digest, which the hub does not
count; what is named by its digest once and never again; and nothing twice within a run, failures
included. `wire` has the bounds, `tokens` the logins, `manifests` what answers must look like.
"""

import time
from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any, Self, TypeVar

from dfix.image import ImageReference
from dfix.patterns import regex
from dfix.resolve.cache import Cache, digest_of
from dfix.resolve.credentials import Credentials
from dfix.resolve.failures import (
    ClientMissing,
    Denied,
    NotFound,
    RateLimited,
    RegistryError,
    TooManyRequests,
    Unreachable,
    Unusable,
    printable,
    without,
)
from dfix.resolve.hosts import Host, is_on_hub, repository
from dfix.resolve.imageconfig import ImageConfig
from dfix.resolve.manifests import (
    ACCEPT,
    INDEX_TYPES,
    MANIFEST_TYPES,
    Index,
    Manifest,
    is_digest,
    is_tags,
    next_page,
    parse_json,
    parse_manifest,
    parse_tags,
)
from dfix.resolve.tokens import Tokens
from dfix.resolve.wire import Answer, Limits, Question, Wire, same_origin

__all__ = [
    "ClientMissing",
    "Denied",
    "ImageConfig",
    "Limits",
    "NotFound",
    "RateLimited",
    "Registry",
    "RegistryError",
    "TooManyRequests",
    "Unreachable",
    "Unusable",
]

_LARGEST_MANIFEST = 4 * 1024 * 1024  # bytes
_LARGEST_CONFIG = 8 * 1024 * 1024  # bytes
_LARGEST_PAGE = 16 * 1024 * 1024  # bytes
_PAGE = 1000  # tags asked for at once; some registries give what they like
_MOST_PAGES = 1000
_MOST_TAGS = 300_000
_DIGEST_AGE = 15 * 60.0  # seconds for which a kept digest of a tag is good
_PAGE_AGE = 60 * 60.0  # seconds for which a kept page of tags is good
_USUAL = "linux/amd64"
_MOST_PLATFORMS = 32  # of one index; the images that run in most places have some ten
_PLATFORM = regex(r"[a-z0-9_]+/[a-z0-9_]+(?:/[a-z0-9_.]+)?")

_Found = TypeVar("_Found")


class Registry:
    """Asks the registries of images; to be closed, and good as a context manager.

    Mirrors are asked for the hub's images alone, in their order and before the hub; where one does
    not have an answer the next is asked, and `problems` tells why. All answers raise RegistryError:
    `NotFound`, `Denied`, `RateLimited`, `Unreachable`, `Unusable`, `TooManyRequests` where
    `limits.requests` is used up, and `ClientMissing` where httpx is not installed.
    """

    def __init__(
        self,
        *,
        cache: Cache | None,
        limits: Limits,
        mirrors: Sequence[str] = (),
        credentials: Credentials | None = None,
        clock: Callable[[], float] = time.time,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        self.hits = 0
        """How many answers came from the cache, or from earlier in this run."""
        self.problems: list[str] = []
        """Why a mirror was passed over, a line for each reason."""
        self._cache = cache
        self._wire = Wire(limits, clock=clock, sleep=sleep)
        self._tokens = Tokens(self._wire, credentials, clock=clock)
        self._mirrors = [Host.of_mirror(each) for each in mirrors]
        self._memory: dict[tuple[str, ...], Any] = {}

    @property
    def requests(self) -> int:
        """How many requests were sent, those for tokens, redirects and repetitions included."""
        return self._wire.requests

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Close all connections and tidy the cache."""
        self._wire.close()
        if self._cache is not None:
            self._cache.close()

    def digest(self, image: ImageReference) -> str:
        """The digest that the tag of `image` has now: of its index, or of the single manifest.

        Without a tag that is `latest`; a digest in `image` is looked for instead of the tag.
        """
        return self._ask_each(image, "digest", lambda host: self._digest(host, image))

    def tags(self, image: ImageReference) -> tuple[str, ...]:
        """All tags of the repository of `image`, sorted as texts."""
        return self._ask_each(image, "tags", lambda host: self._tags(host, image))

    def config(self, image: ImageReference, platform: str = _USUAL) -> ImageConfig:
        """The config of `image` for `platform`; every text on the way is held against its digest.

        Raises ValueError for what is not the name of a platform.
        """
        if not _PLATFORM.fullmatch(platform):
            raise ValueError(f"not a platform: {platform!r}")
        return self._ask_each(
            image, f"config {platform}", lambda host: self._config(host, image, platform)
        )

    def configs(self, image: ImageReference) -> tuple[ImageConfig, ...]:
        """The configs of `image` for Linux, that for amd64 first, then those of other platforms.

        Raises `NotFound` where there is none for amd64.
        """
        return self._ask_each(image, "configs", lambda host: self._configs(host, image))

    def _ask_each(self, image: ImageReference, what: str, ask: Callable[[Host], _Found]) -> _Found:
        """The first answer, of the mirrors and of the registry itself."""
        key = (what, Host.of(image).url, repository(image), _reference(image))
        if key in self._memory:
            self.hits += 1
            found: _Found | RegistryError = self._memory[key]
            if isinstance(found, RegistryError):
                raise type(found)(str(found))
            return found
        try:
            answer = self._ask_mirrors(image, ask)
        except (NotFound, Denied, Unusable) as error:
            self._memory[key] = error
            raise
        self._memory[key] = answer
        return answer

    def _ask_mirrors(self, image: ImageReference, ask: Callable[[Host], _Found]) -> _Found:
        for mirror in self._mirrors if is_on_hub(image) else ():
            try:
                return self._ask(mirror, ask)
            except (TooManyRequests, ClientMissing):
                raise
            except RegistryError as error:
                problem = f"{error} (a mirror)"
                if problem not in self.problems:
                    self.problems.append(problem)
        return self._ask(Host.of(image), ask)

    def _ask(self, host: Host, ask: Callable[[Host], _Found]) -> _Found:
        """The answer of `host`; what it was shown comes back in no error, whatever it answered."""
        try:
            return ask(host)
        except RegistryError as error:
            told = without(self._tokens.secrets, str(error))
            if told == str(error):
                raise
            raise type(error)(told) from None

    def _digest(self, host: Host, image: ImageReference) -> str:
        path = f"manifests/{_reference(image)}"
        question = f"digest {host.url} {repository(image)} {path}"
        kept = None if self._cache is None else self._cache.entry(question)
        if kept is not None and is_digest(kept.value) and kept.age < _DIGEST_AGE:
            self.hits += 1
            return str(kept.value)
        answer = self._send(host, image, "HEAD", path, ACCEPT, 0)
        found = answer.headers.get("docker-content-digest")
        if answer.status in (405, 501) or (answer.status == 200 and found is None):
            # The protocol only recommends that header.
            answer = self._send(host, image, "GET", path, ACCEPT, _LARGEST_MANIFEST)
            _require_found(answer, host, image)
            found = digest_of(answer.body)
            parse_manifest(answer.body, f"{host.name}: the manifest of {image}")
        _require_found(answer, host, image)
        _require_manifest(answer, host)
        if found is None or not is_digest(found):
            raise Unusable(f"{host.name}: gives {image} what is not a sha256 digest")
        if image.digest is not None and found != image.digest:
            raise Unusable(f"{host.name}: answers with another digest than that of {image}")
        if self._cache is not None:
            self._cache.keep(question, found)
        return found

    def _tags(self, host: Host, image: ImageReference) -> tuple[str, ...]:
        url: str | None = f"{host.url}/v2/{repository(image)}/tags/list?n={_PAGE}"
        seen: set[str] = set()
        tags: set[str] = set()
        # A list that leads back to a page of its own has been read to its end.
        while url is not None and url not in seen:
            seen.add(url)
            found, url = self._tags_of_page(host, image, url)
            tags.update(found)
            if len(seen) > _MOST_PAGES or len(tags) > _MOST_TAGS:
                raise Unusable(f"{host.name}: the list of tags of {repository(image)} has no end")
        return tuple(sorted(tags))

    def _tags_of_page(
        self, host: Host, image: ImageReference, url: str
    ) -> tuple[Sequence[str], str | None]:
        """The tags of the page `url`, and the address of the next page."""
        question = f"tags {url}"
        kept = None if self._cache is None else self._cache.entry(question)
        page = None if kept is None else _kept_page(kept.value, url)
        if kept is not None and page is not None and kept.age < _PAGE_AGE:
            self.hits += 1
            return page
        conditions = {}
        if kept is not None and page is not None and kept.etag is not None:
            conditions["If-None-Match"] = kept.etag
        answer = self._send(host, image, "GET", url, "application/json", _LARGEST_PAGE, conditions)
        if answer.status == 304 and kept is not None and page is not None and conditions:
            self.hits += 1
            self._keep_page(question, page, kept.etag)
            return page
        _require_found(answer, host, image)
        tags = parse_tags(answer.body, f"{host.name}: the list of tags of {repository(image)}")
        link = next_page(answer.headers.get("link", ""))
        following = None if link is None else same_origin(link, beside=url)
        self._keep_page(question, (tags, following), answer.headers.get("etag"))
        return tags, following

    def _keep_page(
        self, question: str, page: tuple[Sequence[str], str | None], etag: str | None
    ) -> None:
        if self._cache is not None:
            usable = etag if etag is not None and etag.isascii() and etag.isprintable() else None
            self._cache.keep(question, {"tags": list(page[0]), "next": page[1]}, usable)

    def _config(self, host: Host, image: ImageReference, platform: str) -> ImageConfig:
        digest = self._digest(host, image)
        manifest = self._manifest(host, image, digest)
        if isinstance(manifest, Index):
            digest = manifest.image(platform, f"{host.name}: {image}")
            manifest = self._manifest(host, image, digest)
        if not isinstance(manifest, Manifest):
            raise Unusable(f"{host.name}: {image} is an index of indexes")
        return self._config_of(host, image, manifest, platform)

    def _configs(self, host: Host, image: ImageReference) -> tuple[ImageConfig, ...]:
        digest = image.digest or self._digest(host, image)
        manifest = self._manifest(host, image, digest)
        if isinstance(manifest, Manifest):
            return (self._config_of(host, image, manifest, _USUAL),)
        first = manifest.image(_USUAL, f"{host.name}: {image}")
        images = {digest: own for own, digest in manifest.images if own.startswith("linux/")}
        if len(images) > _MOST_PLATFORMS:
            raise Unusable(f"{host.name}: {image} is for more than {_MOST_PLATFORMS} platforms")
        found = []
        for each in dict.fromkeys((first, *images)):
            held = self._manifest(host, image, each)
            if not isinstance(held, Manifest):
                raise Unusable(f"{host.name}: {image} is an index of indexes")
            found.append(self._config_of(host, image, held, images[each]))
        return tuple(found)

    def _config_of(
        self, host: Host, image: ImageReference, manifest: Manifest, platform: str
    ) -> ImageConfig:
        path = f"blobs/{manifest.config}"
        data = self._text(host, image, path, manifest.config, "*/*", _LARGEST_CONFIG)
        return ImageConfig.parse(data, f"{host.name}: the config of {image}", platform)

    def _manifest(self, host: Host, image: ImageReference, digest: str) -> Manifest | Index:
        path = f"manifests/{digest}"
        data = self._text(host, image, path, digest, ACCEPT, _LARGEST_MANIFEST)
        return parse_manifest(data, f"{host.name}: the manifest of {image}")

    def _text(
        self, host: Host, image: ImageReference, path: str, digest: str, accept: str, limit: int
    ) -> bytes:
        """The bytes that `digest` names, which is checked."""
        kept = None if self._cache is None else self._cache.text(digest)
        if kept is not None:
            self.hits += 1
            return kept
        answer = self._send(host, image, "GET", path, accept, limit)
        _require_found(answer, host, image)
        if accept == ACCEPT:
            _require_manifest(answer, host)
        if digest_of(answer.body) != digest:
            raise Unusable(f"{host.name}: {image} is not what its digest says")
        if self._cache is not None:
            self._cache.keep_text(answer.body)
        return answer.body

    def _send(
        self,
        host: Host,
        image: ImageReference,
        method: str,
        path: str,
        accept: str,
        limit: int,
        headers: dict[str, str] | None = None,
    ) -> Answer:
        """The answer to a question about `image`, after showing a token where one is wanted."""
        name = repository(image)
        # Pages of tags come with their whole address, which `same_origin` has seen.
        url = path if "://" in path else f"{host.url}/v2/{name}/{path}"
        wanted = {"Accept": accept, **(headers or {})}
        question = Question(method, url, limit, wanted, self._tokens.known(host, name))
        answer = self._wire.ask(question)
        if answer.status == 401:
            if answer.elsewhere is not None:
                raise Denied(f"{host.name}: leads to {answer.elsewhere}, which wants a login")
            shown = self._tokens.meet(host, name, answer.headers.get("www-authenticate", ""))
            answer = self._wire.ask(replace(question, authorization=shown))
        if answer.status in (401, 403):
            raise self._tokens.denied(host, name)
        if answer.status not in (200, 304, 404, 405, 501):
            told = self._complaint(answer)
            raise Unusable(f"{host.name}: answers with status {answer.status}{told}")
        return answer

    def _complaint(self, answer: Answer) -> str:
        """What the registry says is wrong, in its own words."""
        try:
            first = parse_json(answer.body, "the answer")["errors"][0]
            words = [first[each] for each in ("code", "message")]
        except (Unusable, LookupError, TypeError):
            return ""
        if not all(isinstance(each, str) for each in words):
            return ""
        return f" ({printable(without(self._tokens.secrets, ': '.join(words)))})"


def _reference(image: ImageReference) -> str:
    return image.digest or image.tag or "latest"


def _kept_page(value: object, url: str) -> tuple[Sequence[str], str | None] | None:
    """The page `url` as it was kept, or None where what was kept is none."""
    if not isinstance(value, dict) or not is_tags(value.get("tags")):
        return None
    following = value.get("next")
    if following is None:
        return value["tags"], None
    try:
        return value["tags"], same_origin(str(following), beside=url)
    except Unusable:
        return None


def _require_found(answer: Answer, host: Host, image: ImageReference) -> None:
    if answer.status == 404:
        raise NotFound(f"{host.name}: there is no {image}")
    if answer.status != 200:
        raise Unusable(f"{host.name}: answers with status {answer.status}")


def _require_manifest(answer: Answer, host: Host) -> None:
    kind = answer.headers.get("content-type", "").partition(";")[0].strip().lower()
    if kind not in (*INDEX_TYPES, *MANIFEST_TYPES):
        raise Unusable(
            f"{host.name}: answers with what is not a manifest ({printable(kind) or 'no type'})"
        )
