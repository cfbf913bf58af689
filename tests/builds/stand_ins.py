"""Bases that stand in for images of a registry, which the suite does not ask."""

import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.builds.images import docker, exists

#: Debian 12 with the configuration of apt that its official image has, and with an archive of its
#: own: real packages of Debian, fetched once, so that an `apt-get update` takes no network.
#: Each process has its own name for it: several may run at a time.
LOCAL = f"debian:12-local{os.getpid()}"
_PACKAGES = "python3-pip sudo tini tree wget zip"
_LOCAL = f"""\
FROM debian:bookworm
RUN apt-get clean && apt-get update \\
 && apt-get install -y --no-install-recommends --download-only {_PACKAGES} \\
 && mkdir /packages && cp /var/cache/apt/archives/*.deb /packages/ \\
 && cd /packages && for each in *.deb; do \\
      dpkg-deb -f "$each" \\
      && echo "Filename: ./$each" \\
      && echo "Size: $(stat -c %s "$each")" \\
      && echo "SHA256: $(sha256sum "$each" | cut -d' ' -f1)" && echo; \\
    done > Packages \\
 && apt-get clean && rm -rf /var/lib/apt/lists/* /etc/apt/sources.list.d/* \\
 && echo 'deb [trusted=yes] copy:/packages ./' > /etc/apt/sources.list \\
 && cd /etc/apt/apt.conf.d \\
 && c='rm -f /var/cache/apt/archives/*.deb /var/cache/apt/*.bin' \\
 && echo "DPkg::Post-Invoke {{ \\"$c\\"; }};" > docker-clean \\
 && echo "APT::Update::Post-Invoke {{ \\"$c\\"; }};" >> docker-clean \\
 && echo 'Dir::Cache::pkgcache ""; Dir::Cache::srcpkgcache "";' >> docker-clean \\
 && echo 'Acquire::Languages "none";' > docker-no-languages
"""


@contextmanager
def local_debian() -> Iterator[None]:
    """The image LOCAL, for as long as it is wanted."""
    with made(LOCAL, _LOCAL.encode()):
        yield


@contextmanager
def made(name: str, dockerfile: bytes, context: Path | None = None) -> Iterator[None]:
    """An image of this name, which is removed afterwards."""
    with tempfile.TemporaryDirectory() as empty:
        docker(
            "build", "--quiet", "--no-cache", "--network=host", "--tag", name, "--file", "-",
            str(context or empty), data=dockerfile,
        )  # fmt: skip
    try:
        yield
    finally:
        docker("image", "rm", "--force", name)


@contextmanager
def tagged(image: str, *names: str) -> Iterator[None]:
    """Further names for an image that is here. Names that are taken stay, and keep their image."""
    new = [name for name in names if not exists(name)]
    for name in new:
        docker("tag", image, name)
    try:
        yield
    finally:
        for name in new:
            docker("image", "rm", name)
