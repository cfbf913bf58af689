"""The fixers of stages, files and shells: what is in the image, and which builds fail."""

from pathlib import Path

import pytest

from dfix import fix
from tests.builds.containers import printed
from tests.builds.images import build, builds
from tests.builds.stand_ins import tagged
from tests.builds.standard import filled, fixed

pytestmark = pytest.mark.builds


@pytest.fixture
def context(tmp_path: Path) -> Path:
    """A small build context."""
    files = {"tool": "#!/bin/sh\necho tool\n", "plain": "x\n", "data/a/x.txt": "x\n"}
    return filled(tmp_path, files)


def check_same_image(name: str, text: str, context: Path) -> None:
    """Before and after have one config and the same files."""
    before, after = fixed(name, text, context)
    old, new = build(before, context), build(after, context)
    assert new.config == old.config
    assert old.differences(new) == []
    assert new.layers <= old.layers


@pytest.mark.parametrize("base", ["debian:bookworm", "busybox:1.35"])
def test_maintainer_to_label_says_the_same(base: str, context: Path) -> None:
    text = f'FROM {base}\nMAINTAINER A "B" <a@example.com> $HOME\nRUN echo a > /a\n'
    before, after = fixed("maintainer-to-label", text, context)
    old, new = build(before, context), build(after, context)
    label = {"org.opencontainers.image.authors": 'A "B" <a@example.com> $HOME'}
    assert (old.config["Labels"] or {}) | label == new.config["Labels"]
    assert old.config | {"Labels": label} == new.config
    assert old.differences(new) == []


def test_maintainer_to_label_beside_other_labels(context: Path) -> None:
    text = "FROM busybox:1.35\nLABEL a=b\nMAINTAINER The team\\'s \\\\ list, c:\\d\n"
    before, after = fixed("maintainer-to-label", text, context)
    old, new = build(before, context), build(after, context)
    assert old.config["Labels"] == {"a": "b"}
    assert new.config["Labels"] == {
        "a": "b",
        "org.opencontainers.image.authors": "The team\\'s \\\\ list, c:\\d",
    }


@pytest.mark.parametrize("base", ["debian:bookworm", "busybox:1.35"])
def test_pipefail_fails_where_the_first_command_does(base: str, context: Path) -> None:
    before, after = fixed("pipefail", f"FROM {base}\nRUN cat /nope | gzip > /out.gz\n", context)
    assert builds(before, context)
    assert not builds(after, context)


def test_pipefail_leaves_the_command_alone(context: Path) -> None:
    text = "FROM debian:bookworm\nRUN echo a | gzip > /out.gz\nCMD echo $0\n"
    before, after = fixed("pipefail", text, context)
    assert printed(before, context) == printed(after, context)


def test_pipefail_keeps_what_a_good_pipe_makes(context: Path) -> None:
    text = "FROM debian:bookworm\nCOPY plain /plain\nRUN cat /plain | tr x y > /out\n"
    before, after = fixed("pipefail", text, context)
    assert build(before, context).differences(build(after, context)) == []


def test_fold_ownership_gives_a_new_folder_away(context: Path) -> None:
    text = "FROM debian:bookworm\nCOPY data /app\nRUN chown -R nobody:nogroup /app\n"
    check_same_image("fold-ownership", text, context)


def test_fold_ownership_writes_the_mode(context: Path) -> None:
    text = "FROM debian:bookworm\nCOPY plain tool /usr/bin/\nRUN chmod 0711 /usr/bin/plain /usr/bin/tool\n"
    check_same_image("fold-ownership", text, context)


@pytest.mark.parametrize(
    ("text", "naive", "path"),
    [
        (
            "COPY plain /new/plain.txt\nRUN chmod 600 /new/plain.txt\n",
            "COPY --chmod=600 plain /new/plain.txt\n",
            "new",
        ),
        (
            "COPY <<EOF /new/a.sh\n#!/bin/sh\nEOF\nRUN chmod 700 /new/a.sh\n",
            "COPY --chmod=700 <<EOF /new/a.sh\n#!/bin/sh\nEOF\n",
            "new",
        ),
        (
            "COPY --chmod=4755 tool /usr/bin/\nRUN chown 33:33 /usr/bin/tool\n",
            "COPY --chmod=4755 --chown=33:33 tool /usr/bin/\n",
            "usr/bin/tool",
        ),
        (
            "COPY setuid /usr/bin/\nRUN chown 33:33 /usr/bin/setuid\n",
            "COPY --chown=33:33 setuid /usr/bin/\n",
            "usr/bin/setuid",
        ),
    ],
)
def test_fold_ownership_leaves_alone_what_a_flag_does_otherwise(
    text: str, naive: str, path: str, context: Path
) -> None:
    """`--chmod` holds for the folders that a COPY makes, too, and chown takes setuid away."""
    (context / "setuid").write_text("#!/bin/sh\n")
    (context / "setuid").chmod(0o4755)
    base = "FROM debian:bookworm\n"
    result = fix((base + text).encode(), select=["fold-ownership"], context=context)
    assert not result.changed
    old, new = build(result.before, context), build((base + naive).encode(), context)
    [difference] = old.differences(new)
    assert difference.startswith(f"{path}: ")


def test_redundant_platform_builds_the_same_image(context: Path) -> None:
    text = "FROM --platform=$TARGETPLATFORM debian:bookworm\nRUN uname -m > /machine\n"
    check_same_image("redundant-platform", text, context)


def test_redundant_platform_in_stages(context: Path) -> None:
    text = (
        "ARG TARGETPLATFORM\nFROM --platform=${TARGETPLATFORM} busybox:1.35 AS a\n"
        "RUN uname -m > /machine\nFROM --platform=$TARGETPLATFORM debian:bookworm\n"
        "COPY --from=a /machine /machine\n"
    )
    check_same_image("redundant-platform", text, context)


def test_pin_base_image_takes_the_same_base(context: Path) -> None:
    """Without a registry this shows only that the pinned file builds, and from the image that has
    this name: the tag is given to an image that is here. What the tag is at the registry, the dated
    table says."""
    before, after = fixed("pin-base-image", "FROM busybox\nRUN echo a > /a\n", context)
    pinned = after.split()[1].decode()
    assert pinned.startswith("busybox:1.")
    with tagged("busybox:1.35", "busybox:latest", pinned):
        old, new = build(before, context), build(after, context)
    assert old.differences(new) == []
    assert old.config == new.config


def test_pin_base_image_in_copy_from(context: Path) -> None:
    """As above, for an image that is copied from."""
    text = "FROM debian:bookworm\nCOPY --from=busybox /bin/busybox /busybox\n"
    before, after = fixed("pin-base-image", text, context, {"policy": "patch"})
    pinned = after.split(b"--from=")[1].split()[0].decode()
    with tagged("busybox:1.35", "busybox:latest", pinned):
        assert build(before, context).differences(build(after, context)) == []
