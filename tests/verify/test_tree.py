"""The tree that layers make."""

import io
import tarfile

import pytest

from dfix.verify.tree import DamagedArchive, Entry, laid_over, read_layer
from tests.verify.archives import folder, layer, member


def _tree(*layers: bytes) -> dict[str, Entry]:
    return laid_over([read_layer(io.BytesIO(each)) for each in layers])


def test_what_an_entry_holds() -> None:
    tree = _tree(
        layer(
            folder("./etc/"),
            member("./etc/a", b"x", mode=0o4755, owner=(3, 4), xattrs={"user.k": "v"}),
            member("link", kind=tarfile.SYMTYPE, link="../up", mode=0o600),
            member("null", kind=tarfile.CHRTYPE, device=(1, 3)),
            member("pipe", kind=tarfile.FIFOTYPE),
        )
    )
    assert sorted(tree) == [".", "etc", "etc/a", "link", "null", "pipe"]
    a = tree["etc/a"]
    assert (a.kind, a.mode, a.uid, a.gid, a.size) == ("file", 0o4755, 3, 4, 1)
    assert a.xattrs == (("user.k", "v"),)
    assert a.content == "2d711642b726b04401627ca9fbac32f5c8530fb1903cc4db02258717921a4881"
    assert (tree["link"].kind, tree["link"].content, tree["link"].mode) == ("link", "../up", 0o777)
    assert (tree["null"].kind, tree["null"].content) == ("character device", "1:3")
    assert tree["pipe"].kind == "pipe"


@pytest.mark.parametrize("compression", ["", "gz", "bz2", "xz"])
def test_compressed_layers(compression: str) -> None:
    assert "a" in _tree(layer(member("a"), compression=compression))


def test_whiteouts_remove_what_lies_below_alone() -> None:
    tree = _tree(
        layer(folder("d"), member("d/a"), folder("d/e"), member("d/e/f"), member("b")),
        layer(member("d/.wh.e"), member(".wh.b"), member("d/new"), member(".wh.never")),
    )
    assert sorted(tree) == [".", "d", "d/a", "d/new"]


def test_an_opaque_folder_keeps_its_own() -> None:
    tree = _tree(
        layer(folder("d"), member("d/a")),
        layer(folder("d", 0o700), member("d/new"), member("d/.wh..wh..opq")),
    )
    assert sorted(tree) == [".", "d", "d/new"]
    assert tree["d"].mode == 0o700


def test_a_folder_that_becomes_a_file_and_back() -> None:
    first = layer(folder("d"), member("d/a"))
    assert sorted(_tree(first, layer(member("d")))) == [".", "d"]
    assert sorted(_tree(first, layer(member("d")), layer(folder("d")))) == [".", "d"]
    assert sorted(_tree(first, layer(folder("d", 0o711)))) == [".", "d", "d/a"]


def test_hard_links_are_a_group_by_its_first_name() -> None:
    tree = _tree(
        layer(member("b", b"x"), member("a", kind=tarfile.LNKTYPE, link="./b"), member("c"))
    )
    assert tree["a"].content == tree["b"].content != tree["c"].content
    assert (tree["a"].linked, tree["b"].linked, tree["c"].linked) == ("a", "a", None)


def test_a_layer_that_writes_one_name_breaks_the_link() -> None:
    linked = layer(member("a"), member("b", kind=tarfile.LNKTYPE, link="a"))
    tree = _tree(linked, layer(member("a", mode=0o600)))
    assert (tree["a"].linked, tree["b"].linked) == (None, None)
    tree = _tree(linked, layer(member("c", kind=tarfile.LNKTYPE, link="b")))
    assert {tree[name].linked for name in "abc"} == {"a"}


def test_the_day_of_a_password_does_not_count() -> None:
    def shadow(text: bytes) -> str:
        return _tree(layer(member("etc/shadow", text)))["etc/shadow"].content

    assert shadow(b"root:*:1:0::\n") == shadow(b"root:*:2:0::\n")
    assert shadow(b"root:*:1:0::\n") != shadow(b"root:x:1:0::\n")
    assert shadow(b"root:*:1:0::\n") != shadow(b"root:*:1:1::\n")


def test_names_stay_below_the_root() -> None:
    assert sorted(_tree(layer(member("../../x"), member("/y"), member("a/../z")))) == [
        ".", "x", "y", "z",
    ]  # fmt: skip


def test_bytes_that_are_no_text_are_kept() -> None:
    [path] = [each for each in _tree(layer(member("a\udcff"))) if each != "."]
    assert path == "a\udcff"


@pytest.mark.parametrize(
    "data",
    [
        pytest.param(b"no tar at all" * 100, id="no tar"),
        pytest.param(layer(member("a", b"x" * 5000))[:2000], id="cut off"),
        pytest.param(layer(member("b", kind=tarfile.LNKTYPE, link="none")), id="link to nothing"),
    ],
)
def test_damaged_layers(data: bytes) -> None:
    with pytest.raises(DamagedArchive):
        _tree(data)


def test_the_size_is_that_of_the_files() -> None:
    read = read_layer(io.BytesIO(layer(member("a", b"12345"), folder("d"), member("d/.wh.x"))))
    assert read.size == 5
