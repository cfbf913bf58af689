"""Image references: what is valid, how it is taken apart, and that nothing else is touched."""

import pytest

from dfix.image import ImageReference

SHA256 = "a" * 64


def parsed(text: str) -> ImageReference:
    reference = ImageReference.parse(text)
    assert reference is not None, text
    return reference


@pytest.mark.parametrize(
    "text",
    [
        pytest.param("", id="empty"),
        pytest.param(" ", id="blank"),
        pytest.param("node ", id="trailing-blank"),
        pytest.param("node\n", id="trailing-newline"),
        pytest.param("$IMAGE", id="variable"),
        pytest.param("${IMAGE}", id="braced-variable"),
        pytest.param("node:$TAG", id="variable-tag"),
        pytest.param("nginx:${NGINX_VERSION}", id="braced-variable-tag"),
        pytest.param("$REGISTRY/node:22", id="variable-registry"),
        pytest.param("node@$DIGEST", id="variable-digest"),
        pytest.param("composer:<バージョン>", id="placeholder"),
        pytest.param("Node", id="upper-case-repository"),
        pytest.param("docker.io/Library/node", id="upper-case-namespace"),
        pytest.param("foo/Bar", id="upper-case-second-component"),
        pytest.param("node:", id="empty-tag"),
        pytest.param("node@", id="empty-digest"),
        pytest.param(":22", id="tag-alone"),
        pytest.param(f"@sha256:{SHA256}", id="digest-alone"),
        pytest.param("node:.22", id="tag-starting-with-a-dot"),
        pytest.param("node:-22", id="tag-starting-with-a-dash"),
        pytest.param("node:22:23", id="two-tags"),
        pytest.param("node:22+1", id="plus-in-tag"),
        pytest.param("node:" + "a" * 129, id="tag-of-129"),
        pytest.param("node@sha256:" + "a" * 63, id="sha256-of-63"),
        pytest.param("node@sha256:" + "a" * 65, id="sha256-of-65"),
        pytest.param("node@sha256:" + "A" * 64, id="sha256-in-upper-case"),
        pytest.param("node@sha512:" + "a" * 64, id="sha512-of-64"),
        pytest.param("node@sha256:" + "g" * 64, id="not-hexadecimal"),
        pytest.param("node@other:" + "a" * 64, id="unregistered-algorithm"),
        pytest.param("node@md5:" + "a" * 32, id="md5"),
        pytest.param("node@SHA256:" + "a" * 64, id="algorithm-in-capitals"),
        pytest.param("node@" + "a" * 64, id="digest-without-algorithm"),
        pytest.param(f"node@sha256:{SHA256}@sha256:{SHA256}", id="two-digests"),
        pytest.param("node@22", id="not-a-digest"),
        pytest.param("/node", id="leading-slash"),
        pytest.param("node/", id="trailing-slash"),
        pytest.param("foo//bar", id="double-slash"),
        pytest.param("https://docker.io/node", id="url"),
        pytest.param("-node", id="leading-dash"),
        pytest.param("node-", id="trailing-dash"),
        pytest.param("no__ _de", id="blank-inside"),
        pytest.param("no___de", id="three-underscores"),
        pytest.param("no..de", id="two-dots"),
        pytest.param("no._de", id="two-separators"),
        pytest.param("docker.io/", id="registry-alone"),
        pytest.param("docker.io:x/node", id="port-not-a-number"),
        pytest.param("docker.io:/node", id="empty-port"),
        pytest.param("-a.io/node", id="host-starting-with-a-dash"),
        pytest.param("a_b.io/node", id="underscore-in-host"),
        pytest.param("a..io/node", id="empty-host-label"),
        pytest.param("[::1/node", id="open-bracket"),
        pytest.param("bücher", id="not-ascii"),
        pytest.param("node:２２", id="full-width-digits"),
        pytest.param("a" * 256, id="name-of-256"),
        pytest.param(SHA256, id="looks-like-an-identifier"),
        pytest.param("docker-image://node", id="bake-scheme"),
        pytest.param("\udcff", id="stray-byte"),
    ],
)
def test_is_no_reference(text: str) -> None:
    assert ImageReference.parse(text) is None


@pytest.mark.parametrize(
    ("text", "registry", "path", "tag", "digest"),
    [
        pytest.param("node", None, "node", None, None, id="name"),
        pytest.param("scratch", None, "scratch", None, None, id="scratch"),
        pytest.param("node:22-alpine", None, "node", "22-alpine", None, id="tag"),
        pytest.param("node:LTS_1.x", None, "node", "LTS_1.x", None, id="tag-in-upper-case"),
        pytest.param("node:_", None, "node", "_", None, id="tag-of-an-underscore"),
        pytest.param("node:" + "a" * 128, None, "node", "a" * 128, None, id="tag-of-128"),
        pytest.param("bitnami/node", None, "bitnami/node", None, None, id="namespace"),
        pytest.param("a/b/c:1", None, "a/b/c", "1", None, id="deep-path"),
        pytest.param("docker.io/node", "docker.io", "node", None, None, id="hub"),
        pytest.param("docker.io/library/node:1", "docker.io", "library/node", "1", None, id="full"),
        pytest.param("gcr.io/distroless/cc", "gcr.io", "distroless/cc", None, None, id="dot"),
        pytest.param("localhost/app:1", "localhost", "app", "1", None, id="localhost"),
        pytest.param("localhost:5000", None, "localhost", "5000", None, id="no-slash-no-port"),
        pytest.param("host:5000/app", "host:5000", "app", None, None, id="port-is-no-tag"),
        pytest.param("host:5000/app:1", "host:5000", "app", "1", None, id="port-and-tag"),
        pytest.param("host.io/a/b:1", "host.io", "a/b", "1", None, id="registry-deep"),
        pytest.param("10.0.0.1:80/app", "10.0.0.1:80", "app", None, None, id="ipv4"),
        pytest.param("[::1]:5000/app:1", "[::1]:5000", "app", "1", None, id="ipv6"),
        pytest.param("Foo/bar", "Foo", "bar", None, None, id="upper-case-can-only-be-a-host"),
        pytest.param("a-b__c.d_e", None, "a-b__c.d_e", None, None, id="separators"),
        pytest.param("a---b", None, "a---b", None, None, id="dashes"),
        pytest.param("a" * 255, None, "a" * 255, None, None, id="name-of-255"),
        pytest.param(f"node@sha256:{SHA256}", None, "node", None, f"sha256:{SHA256}", id="digest"),
        pytest.param(
            f"host:80/a/node:22@sha256:{SHA256}",
            "host:80",
            "a/node",
            "22",
            f"sha256:{SHA256}",
            id="everything",
        ),
        pytest.param(
            "node@sha512:" + "ab" * 64,
            None,
            "node",
            None,
            "sha512:" + "ab" * 64,
            id="digest-of-another-algorithm",
        ),
    ],
)
def test_is_taken_apart_and_comes_back(
    text: str, registry: str | None, path: str, tag: str | None, digest: str | None
) -> None:
    reference = parsed(text)
    assert reference == ImageReference(registry, path, tag, digest)
    assert reference.code == str(reference) == text


@pytest.mark.parametrize(
    ("text", "familiar", "official"),
    [
        pytest.param("bitnami/node", "bitnami/node", False, id="namespace"),
        pytest.param("docker.io/bitnami/node", "bitnami/node", False, id="hub-namespace"),
        pytest.param("gcr.io/library/node", "gcr.io/library/node", False, id="other-registry"),
        pytest.param("mirror.gcr.io/node", "mirror.gcr.io/node", False, id="mirror"),
        pytest.param("localhost/node", "localhost/node", False, id="localhost"),
        pytest.param("docker.io:443/node", "docker.io:443/node", False, id="hub-with-a-port"),
        pytest.param("library/a/b", "library/a/b", False, id="library-deep"),
        pytest.param("library", "library", True, id="an-image-named-library"),
        pytest.param("node:22", "node", True, id="official"),
        pytest.param("library/node", "node", True, id="library"),
        pytest.param("docker.io/node", "node", True, id="hub"),
        pytest.param("docker.io/library/node", "node", True, id="hub-library"),
        pytest.param("index.docker.io/library/node:1", "node", True, id="old-hub"),
    ],
)
def test_familiar_name(text: str, familiar: str, official: bool) -> None:
    reference = parsed(text)
    assert reference.familiar_name == familiar
    assert reference.is_official is official


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        pytest.param("node", "node:22", id="added"),
        pytest.param("node:latest", "node:22", id="replaced"),
        pytest.param("docker.io/library/node", "docker.io/library/node:22", id="name-as-written"),
        pytest.param("host:5000/node", "host:5000/node:22", id="port-stays"),
        pytest.param("host:5000/node:1", "host:5000/node:22", id="port-stays-tag-goes"),
        pytest.param(f"node:1@sha256:{SHA256}", f"node:22@sha256:{SHA256}", id="digest-stays"),
        pytest.param(f"node@sha256:{SHA256}", f"node:22@sha256:{SHA256}", id="added-before-digest"),
    ],
)
def test_with_tag(text: str, expected: str) -> None:
    assert parsed(text).with_tag("22") == expected


@pytest.mark.parametrize("tag", ["", "a b", "$TAG", ":22", "22@x", "-1", "a" * 129])
def test_with_tag_refuses_what_is_no_tag(tag: str) -> None:
    with pytest.raises(ValueError, match="not a valid tag"):
        parsed("node").with_tag(tag)


@pytest.mark.parametrize(
    "text", ["node", "host:5000/node", f"node@sha256:{SHA256}", "docker.io/library/node"]
)
def test_no_tag_has_no_span(text: str) -> None:
    assert parsed(text).tag_span is None


@pytest.mark.parametrize(
    ("text", "start", "end"),
    [
        ("node:22", 5, 7),
        ("host:5000/node:latest", 15, 21),
        (f"node:1@sha256:{SHA256}", 5, 6),
    ],
)
def test_tag_span_covers_the_tag_alone(text: str, start: int, end: int) -> None:
    reference = parsed(text)
    span = reference.tag_span
    assert span is not None
    assert (span.start, span.end) == (start, end)
    assert text[: span.start] + "9" + text[span.end :] == reference.with_tag("9")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("node", "r.example.com/node"),
        ("library/node:20", "r.example.com/library/node:20"),
        ("docker.io/library/node", "r.example.com/library/node"),
        ("a.example:5000/b/c:1@sha256:" + "0" * 64, "r.example.com/b/c:1@sha256:" + "0" * 64),
    ],
)
def test_another_registry(text: str, expected: str) -> None:
    image = ImageReference.parse(text)
    assert image is not None
    assert image.with_registry("r.example.com").code == expected


@pytest.mark.parametrize("registry", ["", "library", "a b.c", "a.b/c", "https://a.b", "a.b:x"])
def test_what_is_no_registry(registry: str) -> None:
    image = ImageReference.parse("node:20")
    assert image is not None
    with pytest.raises(ValueError, match="not a registry"):
        image.with_registry(registry)
