"""Images as builders save them."""

import io

import pytest

from dfix.verify.image import Image, config_of, read_image
from dfix.verify.tree import DamagedArchive, Layer
from tests.verify.archives import image, layer, member

_BASE = layer(member("a", b"1"))
_OVER = layer(member("a", b"12"), member("b", b"123"))


def _read(data: bytes, known: dict[str, Layer] | None = None) -> Image:
    return read_image(io.BytesIO(data), {} if known is None else known)


def test_layers_in_the_order_of_the_manifest() -> None:
    names = ["f" * 64 + ".tar", "a" * 64 + ".tar"]
    # In the stream the upper one may well come first.
    data = image([_BASE, _OVER], names=names)
    read = _read(data)
    assert (read.layers, read.size) == (2, 6)
    assert read.tree["a"].size == 2
    turned = _read(image([_OVER, _BASE], names=names))
    assert turned.tree["a"].size == 1


def test_layers_as_blobs_and_by_links() -> None:
    blob = "blobs/sha256/" + "0" * 64
    assert "b" in _read(image([_OVER], names=[blob])).tree
    manifest = [{"Config": "config.json", "Layers": ["one/layer.tar", "two/layer.tar"]}]
    data = image(
        [_OVER],
        names=["one/layer.tar"],
        links=[("two/layer.tar", "../one/layer.tar")],
        manifest=manifest,
    )
    assert _read(data).layers == 2


def test_a_known_layer_is_not_read_again() -> None:
    known: dict[str, Layer] = {}
    _read(image([_BASE]), known)
    [name] = known
    known[name] = Layer((), size=77)
    assert _read(image([_BASE]), known).size == 77


def test_a_layer_without_a_name_by_its_content_is_never_known() -> None:
    known: dict[str, Layer] = {}
    _read(image([_BASE], names=["one/layer.tar"]), known)
    assert known == {}


def test_an_empty_layer() -> None:
    assert sorted(_read(image([_BASE, layer()])).tree) == [".", "a"]


def test_the_configuration() -> None:
    config: dict[str, object] = {
        "User": "",
        "Env": ["PATH=/bin", "EMPTY=", "EQUALS=a=b"],
        "Cmd": ["sh"],
        "Entrypoint": [],
        "Labels": {"k": "v", "none": ""},
        "ExposedPorts": {"80/tcp": {}, "53/udp": {}},
        "Volumes": None,
        "Healthcheck": {"Test": ["NONE"]},
        "Hostname": "made by the builder",
    }
    document = {"config": config, "author": "me", "os": "linux", "architecture": "arm64"}
    assert config_of(document) == {
        "Cmd": ["sh"],
        "Healthcheck": {"Test": ["NONE"]},
        "Author": "me",
        "Platform": "linux/arm64",
        "ExposedPorts": ["53/udp", "80/tcp"],
        "Env.PATH": "/bin",
        "Env.EMPTY": "",
        "Env.EQUALS": "a=b",
        "Labels.k": "v",
        "Labels.none": "",
    }


@pytest.mark.parametrize(
    "data",
    [
        pytest.param(b"", id="nothing"),
        pytest.param(b"x" * 2000, id="no tar"),
        pytest.param(image([_BASE])[:700], id="cut off"),
        pytest.param(layer(member("manifest.json", b"[")), id="no JSON"),
        pytest.param(image([_BASE], manifest=[]), id="no image"),
        pytest.param(image([_BASE], manifest=[{"Config": "x", "Layers": []}]), id="no config"),
        pytest.param(
            image([_BASE], manifest=[{"Config": "config.json", "Layers": ["gone"]}]), id="no layer"
        ),
        pytest.param(image([b"\x28\xb5\x2f\xfd" + b"0" * 600]), id="Zstandard"),
    ],
)
def test_damaged_images(data: bytes) -> None:
    with pytest.raises(DamagedArchive):
        _read(data)
