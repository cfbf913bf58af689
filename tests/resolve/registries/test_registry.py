"""What is asked of a real registry: digests, tags and configs, with the cache before it."""

import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest

from dfix.resolve.cache import Cache
from dfix.resolve.registry import NotFound, RateLimited, TooManyRequests, Unusable
from tests.resolve.registries.conftest import Asking, Clock, ref
from tests.resolve.registries.daemon import Daemon
from tests.resolve.registries.images import OCI_INDEX, Index, as_text, image, index
from tests.resolve.registries.scripted import Reply, Seen, Server, holding, serving

AMD = image(
    "amd64",
    User="app:app",
    Entrypoint=["/init", "--"],
    Cmd=["serve"],
    Env=["PATH=/usr/bin", "EMPTY=", "EQUALS=a=b"],
    Shell=["/bin/bash", "-c"],
    WorkingDir="/srv",
    StopSignal="SIGQUIT",
    Labels={"org.example": "yes"},
    ExposedPorts={"8080/tcp": {}, "53/udp": {}},
    Volumes={"/data": {}},
    OnBuild=["RUN true"],
)
ARM = image("arm64", Cmd=["arm"])
BOTH = index(AMD, ARM)
OLD = image("amd64", docker=True, User="", Entrypoint=None, Cmd=["sh"])


@pytest.fixture(scope="session")
def filled(daemon: Daemon) -> str:
    """The address of a registry that holds `shop/app`."""
    for tag in ("latest", "2", "2.1", "2.1.3"):
        daemon.push("shop/app", tag, BOTH)
    daemon.push("shop/app", "1.0", OLD)
    return f"{daemon.authority}/shop/app"


def test_the_digest_of_an_index(filled: str, asking: Asking) -> None:
    registry = asking()
    assert registry.digest(ref(filled)) == BOTH.manifest.digest
    assert registry.digest(ref(f"{filled}:2.1.3")) == BOTH.manifest.digest
    assert registry.digest(ref(f"{filled}:1.0")) == OLD.manifest.digest
    assert (registry.requests, registry.hits) == (3, 0)


def test_a_digest_is_asked_for_once(filled: str, asking: Asking, clock: Clock) -> None:
    registry = asking()
    for _ in range(3):
        registry.digest(ref(filled))
    assert (registry.requests, registry.hits) == (1, 2)
    # The next run finds it on disk, for a while.
    again = asking()
    assert again.digest(ref(filled)) == BOTH.manifest.digest
    assert (again.requests, again.hits) == (0, 1)
    clock.now += 16 * 60
    later = asking()
    later.digest(ref(filled))
    assert (later.requests, later.hits) == (1, 0)


def test_the_tags(filled: str, asking: Asking) -> None:
    registry = asking()
    assert registry.tags(ref(filled)) == ("1.0", "2", "2.1", "2.1.3", "latest")
    assert registry.requests == 1
    assert asking().tags(ref(filled)) == ("1.0", "2", "2.1", "2.1.3", "latest")


def test_the_config(filled: str, asking: Asking) -> None:
    registry = asking()
    config = registry.config(ref(filled))
    assert config.user == "app:app"
    assert config.entrypoint == ("/init", "--")
    assert config.cmd == ("serve",)
    assert config.env == {"PATH": "/usr/bin", "EMPTY": "", "EQUALS": "a=b"}
    assert config.shell == ("/bin/bash", "-c")
    assert config.workdir == "/srv"
    assert config.stopsignal == "SIGQUIT"
    assert config.labels == {"org.example": "yes"}
    assert config.exposed_ports == ("53/udp", "8080/tcp")
    assert config.volumes == ("/data",)
    assert config.onbuild == ("RUN true",)
    # A HEAD for the digest, then the index, the manifest and the config.
    assert registry.requests == 4


def test_the_config_of_another_platform_shares_what_is_known(filled: str, asking: Asking) -> None:
    asking().config(ref(filled))
    registry = asking()
    assert registry.config(ref(filled), "linux/arm64").cmd == ("arm",)
    assert (registry.requests, registry.hits) == (2, 2)


def test_texts_are_kept_for_ever(filled: str, asking: Asking, clock: Clock) -> None:
    asking().config(ref(filled))
    clock.now += 400 * 86400
    registry = asking()
    assert registry.config(ref(filled)).user == "app:app"
    assert (registry.requests, registry.hits) == (1, 3)


def test_the_config_of_a_single_image_in_docker_s_form(filled: str, asking: Asking) -> None:
    config = asking().config(ref(f"{filled}:1.0"))
    assert config.user is None
    assert config.entrypoint is None
    assert config.cmd == ("sh",)
    assert config.env is None
    assert config.labels is None


def test_by_digest(filled: str, asking: Asking) -> None:
    image = ref(f"{filled}:1.0@{BOTH.manifest.digest}")
    registry = asking()
    assert registry.digest(image) == BOTH.manifest.digest
    assert registry.config(image).user == "app:app"


def test_the_configs_of_all_platforms(daemon: Daemon, asking: Asking) -> None:
    name = f"{daemon.authority}/shop/all"
    windows = image("amd64", Cmd=["cmd"])
    windows = replace(windows, platform={"os": "windows", "architecture": "amd64"})
    attestation = replace(ARM, platform={"os": "unknown", "architecture": "unknown"})
    daemon.push("shop/all", "latest", index(ARM, windows, AMD, attestation))
    registry = asking()
    found = registry.configs(ref(name))
    # That for amd64 first, whatever the order of the index; nothing that is not for Linux.
    assert [each.cmd for each in found] == [("serve",), ("arm",)]
    assert registry.requests == 6  # the digest, the index, and a manifest and a config each
    assert registry.configs(ref(name)) == found
    # By the digest nothing is asked that is known already.
    digest = index(ARM, windows, AMD, attestation).manifest.digest
    assert asking().configs(ref(f"{name}@{digest}")) == found
    assert registry.requests == 6


def test_the_configs_of_a_single_image(filled: str, asking: Asking) -> None:
    (found,) = asking().configs(ref(f"{filled}:1.0"))
    assert found.cmd == ("sh",)


def test_configs_need_one_for_amd64(server: Server, asking: Asking) -> None:
    name = f"{server.authority}/app"
    server.script = holding(arm=index(ARM), single=ARM, none=index())
    for tag in ("arm", "none"):
        with pytest.raises(NotFound, match="no image for linux/amd64"):
            asking().configs(ref(f"{name}:{tag}"))
    with pytest.raises(NotFound, match="is not for linux/amd64"):
        asking().configs(ref(f"{name}:single"))


def test_configs_that_are_no_usable_answer(server: Server, asking: Asking) -> None:
    name = f"{server.authority}/app"
    many = index(AMD, *(image(f"arch{n}") for n in range(32)))
    nested = as_text(
        OCI_INDEX,
        {"schemaVersion": 2, "manifests": [{**BOTH.manifest.descriptor, "platform": AMD.platform}]},
    )
    held = Index(nested, (*BOTH.images, replace(AMD, manifest=BOTH.manifest)))
    # What an index says of a platform, the config has to say, too.
    lying = index(AMD, replace(ARM, platform={"os": "linux", "architecture": "s390x"}))
    server.script = holding(many=many, nested=held, lying=lying)
    with pytest.raises(Unusable, match="more than 32 platforms"):
        asking().configs(ref(f"{name}:many"))
    with pytest.raises(Unusable, match="an index of indexes"):
        asking().configs(ref(f"{name}:nested"))
    with pytest.raises(NotFound, match="is not for linux/s390x"):
        asking().configs(ref(f"{name}:lying"))


def test_one_config_that_is_missing_makes_all_unknown(server: Server, asking: Asking) -> None:
    whole = holding(latest=BOTH)

    def script(seen: Seen) -> Reply:
        return Reply(404) if seen.path.endswith(ARM.config.digest) else whole(seen)

    server.script = script
    with pytest.raises(NotFound, match="there is no"):
        asking().configs(ref(f"{server.authority}/app"))


def test_a_platform_that_there_is_not(filled: str, asking: Asking) -> None:
    with pytest.raises(
        NotFound, match=r"no image for linux/s390x \(it has linux/amd64, linux/arm64\)"
    ):
        asking().config(ref(filled), "linux/s390x")
    with pytest.raises(NotFound, match="is not for linux/arm64"):
        asking().config(ref(f"{filled}:1.0"), "linux/arm64")
    with pytest.raises(ValueError, match="not a platform"):
        asking().config(ref(filled), "linux/../..")


@pytest.mark.parametrize("name", ["shop/app:9", "shop/none", f"shop/app@sha256:{'0' * 64}"])
def test_what_there_is_not(filled: str, daemon: Daemon, asking: Asking, name: str) -> None:
    registry = asking()
    image = ref(f"{daemon.authority}/{name}")
    for _ in range(2):
        with pytest.raises(NotFound) as caught:
            registry.digest(image)
    assert str(caught.value) == f"{daemon.authority}: there is no {image}"
    assert registry.requests == 1


def test_tags_of_what_there_is_not(daemon: Daemon, asking: Asking) -> None:
    with pytest.raises(NotFound):
        asking().tags(ref(f"{daemon.authority}/shop/none"))


def test_mirrors_are_for_the_hub_and_asked_first(daemon: Daemon, asking: Asking) -> None:
    daemon.push("library/node", "22", AMD)
    with serving(lambda seen: Reply(500)) as broken:
        registry = asking(mirrors=[broken.url, daemon.authority], tries=1)
        assert registry.digest(ref("node:22")) == AMD.manifest.digest
        assert registry.digest(ref("docker.io/library/node:22")) == AMD.manifest.digest
        assert broken.asked == ["HEAD /v2/library/node/manifests/22"]
        assert registry.problems == [
            f"{broken.authority}: answers with status 500 again and again (a mirror)"
        ]


def test_mirrors_are_not_asked_for_other_registries(server: Server, asking: Asking) -> None:
    server.script = holding(latest=AMD)
    with serving(holding(latest=BOTH)) as mirror:
        registry = asking(mirrors=[mirror.url])
        assert registry.digest(ref(f"{server.authority}/node")) == AMD.manifest.digest
        assert mirror.seen == []
        assert registry.digest(ref("node")) == BOTH.manifest.digest


def test_no_more_requests_than_allowed(daemon: Daemon, filled: str, asking: Asking) -> None:
    registry = asking(requests=3, mirrors=[daemon.authority])
    with pytest.raises(TooManyRequests, match="stopped after 3 requests"):
        registry.config(ref(filled))
    # A mirror is no way around it.
    with pytest.raises(TooManyRequests):
        registry.digest(ref("node:22"))
    assert registry.requests == 3
    assert registry.problems == []


def test_without_a_cache(filled: str, asking: Asking) -> None:
    assert asking(cache=None).config(ref(filled)).user == "app:app"


def test_all_types_are_accepted(server: Server, asking: Asking) -> None:
    server.script = holding(latest=BOTH)
    asking().digest(ref(f"{server.authority}/app"))
    assert server.asked == ["HEAD /v2/app/manifests/latest"]
    assert set(server.seen[0].headers["accept"].split(", ")) == {
        "application/vnd.oci.image.index.v1+json",
        "application/vnd.oci.image.manifest.v1+json",
        "application/vnd.docker.distribution.manifest.list.v2+json",
        "application/vnd.docker.distribution.manifest.v2+json",
    }


@pytest.mark.parametrize("status", [200, 405])
def test_a_registry_that_gives_no_digest_is_asked_for_the_text(
    server: Server, asking: Asking, status: int
) -> None:
    def script(seen: Seen) -> Reply:
        status_of = status if seen.method == "HEAD" else 200
        return Reply(status_of, BOTH.manifest.body, {"Content-Type": BOTH.manifest.kind})

    server.script = script
    assert asking().digest(ref(f"{server.authority}/app")) == BOTH.manifest.digest
    assert [each.method for each in server.seen] == ["HEAD", "GET"]


def test_pages_of_tags(server: Server, asking: Asking, clock: Clock) -> None:
    def script(seen: Seen) -> Reply:
        if seen.headers.get("if-none-match") == '"one"':
            return Reply(304)
        if seen.query.get("last") == "b":
            return Reply(200, b'{"tags": ["c", "b"]}')
        link = '</v2/app/tags/list?last=b&n=2>; rel="next"'
        return Reply(200, b'{"tags": ["b", "a"]}', {"Link": link, "ETag": '"one"'})

    server.script = script
    image = ref(f"{server.authority}/app")
    assert asking().tags(image) == ("a", "b", "c")
    assert server.asked == [
        "GET /v2/app/tags/list?n=1000",
        "GET /v2/app/tags/list?last=b&n=2",
    ]
    # Both pages are known for an hour; then the one with an ETag is asked whether it is so still.
    assert asking().tags(image) == ("a", "b", "c")
    assert len(server.seen) == 2
    clock.now += 2 * 3600
    registry = asking()
    assert registry.tags(image) == ("a", "b", "c")
    assert (registry.requests, registry.hits) == (2, 1)
    assert asking().tags(image) == ("a", "b", "c")
    assert len(server.seen) == 4


def test_a_kept_page_leads_to_no_other_host(server: Server, asking: Asking, cache: Cache) -> None:
    server.script = lambda seen: Reply(200, b'{"tags": ["2"]}')
    with serving(lambda seen: Reply(200, b'{"tags": ["3"]}')) as other:
        page = f"{server.url}/v2/app/tags/list?n=1000"
        cache.keep(f"tags {page}", {"tags": ["1"], "next": f"{other.url}/v2/app/tags/list"})
        assert asking().tags(ref(f"{server.authority}/app")) == ("2",)
        assert other.seen == []


@pytest.mark.parametrize("answer", [b'{"tags": null}', b'{"name": "app"}', b'{"tags": []}'])
def test_no_tags(server: Server, asking: Asking, answer: bytes) -> None:
    server.script = lambda seen: Reply(200, answer)
    assert asking().tags(ref(f"{server.authority}/app")) == ()


def test_runs_at_the_same_time_share_a_cache(filled: str, tmp_path: Path, asking: Asking) -> None:
    from concurrent.futures import ThreadPoolExecutor

    def run(_: int) -> str | None:
        registry = asking(cache=Cache(tmp_path / "shared"))
        return registry.config(ref(filled)).user

    with ThreadPoolExecutor(8) as pool:
        assert set(pool.map(run, range(16))) == {"app:app"}


def test_threads_share_a_registry(filled: str, asking: Asking) -> None:
    from concurrent.futures import ThreadPoolExecutor

    registry = asking()
    with ThreadPoolExecutor(4) as pool:
        found = set(pool.map(lambda tag: registry.digest(ref(f"{filled}:{tag}")), ["2", "2.1"] * 4))
    assert found == {BOTH.manifest.digest}


def test_a_registry_that_has_had_enough_is_left_alone(
    server: Server, asking: Asking, clock: Clock
) -> None:
    server.script = lambda seen: Reply(429, headers={"Retry-After": "3600"})
    registry = asking()
    for tag in ("1", "2", "3"):
        with pytest.raises(RateLimited, match=r"\(429\); it asks to come back in 3600 s"):
            registry.digest(ref(f"{server.authority}/app:{tag}"))
    assert registry.requests == 1
    assert clock.slept == []
    clock.now += 3601
    server.script = holding(**{"4": AMD})
    assert registry.digest(ref(f"{server.authority}/app:4")) == AMD.manifest.digest


def test_without_the_client_library(tmp_path: Path) -> None:
    """Said in one line; importing the module needs no such library."""
    code = (
        "import sys; sys.modules['httpx'] = None\n"
        "from dfix.image import ImageReference\n"
        "from dfix.resolve.registry import ClientMissing, Limits, Registry\n"
        "try:\n"
        "    Registry(cache=None, limits=Limits()).digest(ImageReference.parse('node'))\n"
        "except ClientMissing as error:\n"
        "    print(error)\n"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=60)
    assert done.stdout == "asking registries needs more: pip install 'dfix[online]'\n", done.stderr
