"""A real registry on loopback: the program of Debian's package `docker-registry`, or upstream's."""

import http.client
import os
import shutil
import socket
import subprocess
import time
from collections.abc import Mapping
from pathlib import Path
from urllib.parse import urlsplit

from tests.resolve.registries.images import Image, Index, Text, blobs

_NAMES = ("docker-registry", "registry")
_PATIENCE = 30.0  # seconds


def program() -> str | None:
    """The registry's program: what `DFIX_REGISTRY` names, else one on the PATH; None without."""
    named = os.environ.get("DFIX_REGISTRY")
    for name in (named,) if named else _NAMES:
        found = shutil.which(name)
        if found is None:
            continue
        done = subprocess.run([found, "--version"], capture_output=True, text=True, timeout=30)
        if "distribution" in done.stdout:
            return found
    return None


class Daemon:
    """A registry that runs with its texts in `folder`; `authority` is its host and port."""

    def __init__(self, program: str, folder: Path, settings: str = "") -> None:
        self.log = folder / "log.txt"
        for _ in range(3):
            self._start(program, folder, settings)
            if self._is_up():
                return
            self.stop()
        raise AssertionError(f"the registry does not start: {self.log.read_text('utf-8')}")

    def _start(self, program: str, folder: Path, settings: str) -> None:
        with socket.socket() as held:
            held.bind(("127.0.0.1", 0))
            port = held.getsockname()[1]
        self.authority = f"127.0.0.1:{port}"
        path = folder / "config.yml"
        path.write_text(
            "version: 0.1\nlog: {level: warn}\n"
            f"storage:\n  filesystem: {{rootdirectory: '{folder / 'data'}'}}\n"
            f"http: {{addr: '{self.authority}', secret: nothing}}\n{settings}",
            "utf-8",
        )
        environment = {"PATH": os.environ["PATH"], "OTEL_TRACES_EXPORTER": "none"}
        with self.log.open("wb") as log:
            self._process = subprocess.Popen(
                [program, "serve", str(path)], stdout=log, stderr=log, env=environment
            )

    def _is_up(self) -> bool:
        end = time.monotonic() + _PATIENCE
        while time.monotonic() < end and self._process.poll() is None:
            try:
                return self.ask("GET", "/v2/")[0] in (200, 401)
            except OSError:
                time.sleep(0.02)
        return False

    def stop(self) -> None:
        self._process.terminate()
        self._process.wait(timeout=30)

    def push(self, name: str, tag: str, held: Image | Index) -> str:
        """Put an image there as `name:tag`; its digest."""
        for blob in blobs(held):
            self._push_blob(name, blob)
        if isinstance(held, Index):
            for each in held.images:
                self._push_manifest(name, each.manifest.digest, each.manifest)
        self._push_manifest(name, tag, held.manifest)
        return held.manifest.digest

    def _push_blob(self, name: str, blob: Text) -> None:
        status, headers, _ = self.ask("POST", f"/v2/{name}/blobs/uploads/")
        assert status == 202, status
        place = urlsplit(headers["location"])
        target = f"{place.path}?{place.query}&digest={blob.digest}"
        status, _, told = self.ask("PUT", target, blob.body, "application/octet-stream")
        assert status == 201, told

    def _push_manifest(self, name: str, reference: str, manifest: Text) -> None:
        path = f"/v2/{name}/manifests/{reference}"
        status, _, told = self.ask("PUT", path, manifest.body, manifest.kind)
        assert status == 201, told

    def ask(
        self, method: str, path: str, body: bytes = b"", kind: str = ""
    ) -> tuple[int, Mapping[str, str], bytes]:
        connection = http.client.HTTPConnection(self.authority, timeout=30)
        try:
            connection.request(method, path, body, {"Content-Type": kind} if kind else {})
            answer = connection.getresponse()
            headers = {key.lower(): value for key, value in answer.getheaders()}
            return answer.status, headers, answer.read()
        finally:
            connection.close()
