"""The images that the files here begin with, and the program that tells what a RUN runs under."""

import json
import os
import secrets
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.builds import stand_ins
from tests.builds.images import docker

#: Each process has its own names: several may run at a time.
PLAIN = f"dfix-plan-plain:{os.getpid()}"
RICH = f"dfix-plan-rich:{os.getpid()}"
TRIGGERS = f"dfix-plan-triggers:{os.getpid()}"

#: What tells this run of the suite from all others.
RUN = secrets.token_hex(8)
#: Where the program is in each of them.
PROBE = "/bin/probe"
#: What a line that it prints begins with, and what separates its fields.
MARK = "@probe"
#: What it looks for: files that COPY and ADD brought, and what each stage is marked with.
COPIED, DOCUMENT = "copied.", "document."
#: How many files to copy the context has.
FILES = 60

#: One line for each call: the call's number, where and as whom it runs, the first process of the
#: container with its environment, its own environment, and what was copied.
_PROGRAM = r"""#!/bin/sh
b() { echo "=$(base64 | tr -d '\n')"; }
files() {
  find / -xdev -path /bin -prune -o \( -name 'copied.*' -o -name 'document.*' \) -type f -print 2>/dev/null | sort |
  while read -r each; do
    echo "$(stat -c '%u:%g %a' "$each") $(base64 "$each" | tr -d '\n')= $each"
  done
  find / -path /proc -prune -o -path /sys -prune -o -path '*/marks/*' -type f -print 2>/dev/null |
  sort
}
echo "@probe $1 $(pwd -P | b) $(id -u):$(id -g) $(umask) $(stat -c '%u' .) $(b </proc/1/cmdline)" \
  "$(b </proc/1/environ) $(b </proc/$$/environ) $(files | b)"
"""

_PLAIN = """\
FROM busybox:1.35
COPY --chmod=755 probe /bin/probe
COPY plain /marks/plain
"""
_RICH = """\
FROM {plain}
MAINTAINER the base's author
ENV BASE_TEXT="from the base" A=base.a.b D=/base/d PATH=/base/bin:/bin
LABEL base.label="of the base" label.1=base
WORKDIR /base/work
VOLUME /base/volume
EXPOSE 7777 7778/udp
STOPSIGNAL SIGUSR1
HEALTHCHECK --interval=7s CMD base-check
SHELL ["/bin/ash", "-e", "-c"]
ENTRYPOINT ["base-entry"]
CMD ["base-cmd"]
"""
_TRIGGERS = """\
FROM {plain}
ENV A=base
ONBUILD ENV A=triggered T=triggered
ONBUILD CMD ["triggered"]
"""

#: What an empty image begins with.
#: Source: BuildKit's `frontend/dockerfile/dockerfile2llb/image.go`, and `util/system/path.go`.
SCRATCH: Mapping[str, Any] = {
    "Env": ["PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"],
    "WorkingDir": "/",
}


@dataclass(frozen=True, slots=True)
class Base:
    """An image's configuration, as the engine tells it."""

    config: Mapping[str, Any]
    author: str = ""

    @property
    def env(self) -> dict[str, str]:
        """Its environment."""
        pairs = (each.partition("=") for each in self.config.get("Env") or ())
        return {name: value for name, _, value in pairs}


def inspected(name: str) -> Base:
    """The configuration of an image that is here."""
    [record] = json.loads(docker("image", "inspect", name))
    config = dict(record["Config"])
    if not any(each.startswith("PATH=") for each in config.get("Env") or ()):
        # The builder gives a PATH to whatever has none.
        config["Env"] = [*(config.get("Env") or ()), *SCRATCH["Env"]]
    return Base(config, record.get("Author") or "")


def filled(context: Path) -> Path:
    """A build context of small files, `copied.1` and so on."""
    for number in range(FILES):
        (context / f"{COPIED}{number + 1}").write_text("copied\n")
        (context / f"{COPIED}{number + 1}").chmod(0o644)
    return context


@contextmanager
def bases(folder: Path) -> Iterator[dict[str, Base]]:
    """The images, for as long as they are wanted; `folder` is an empty one."""
    (folder / "probe").write_text(_PROGRAM)
    (folder / "plain").write_text("")
    with ExitStack() as stack:
        names = {PLAIN: _PLAIN, RICH: _RICH, TRIGGERS: _TRIGGERS}
        for name, text in names.items():
            data = text.format(plain=PLAIN).encode()
            stack.enter_context(stand_ins.made(name, data, folder))
        yield {"scratch": Base(SCRATCH), **{n: inspected(n) for n in (*names, "busybox:1.35")}}
