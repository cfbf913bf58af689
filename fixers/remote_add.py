"""Reports files that ADD fetches without a checksum."""

import re

from dfix import Add, Fixer, Phase, Reported, Valid, regex

_URL = regex(r"https?://", re.IGNORECASE)
_GIT = regex(r"\.git(?:[#?].*)?\Z")

_SUM = "0" * 64


class RemoteAdd(Fixer):
    """Reports files that ADD fetches without a checksum.

    **Why**

    What a URL gives can be another file tomorrow, and nobody would notice. An archive that is
    fetched this way is not unpacked, and stays in its layer even if a later step removes it.

    **When it is reported**

    For a source of ADD that begins with `http://` or `https://`, without `--checksum`. Git
    repositories are left alone.

    **What to do**

    Add `--checksum=sha256:...` (it needs `# syntax=docker/dockerfile:1.6` or later); or fetch,
    check, unpack and remove the file in one RUN.
    """

    message = "the file is fetched without a checksum"
    phase = Phase.COPYING
    practices = ("02", "04")
    reference = "https://docs.docker.com/reference/dockerfile/#add---checksum"
    VALID = (
        Valid("FROM debian:12\nADD app.tar.gz /\n"),
        Valid(f"FROM debian:12\nADD --checksum=sha256:{_SUM} https://example.com/a /a\n"),
        Valid("FROM debian:12\nADD https://github.com/moby/buildkit.git /src\n"),
    )
    REPORTED = (Reported("FROM debian:12\nADD https://example.com/a.tar.gz /tmp/\n", line=2),)

    def visit_Add(self, node: Add) -> None:
        """Looks at the sources."""
        if node.flag("checksum") is not None:
            return
        # The builder takes a checksum for one source alone.
        own = "" if len(node.sources) == 1 else "an ADD of its own with "
        for source in node.sources:
            if _URL.match(source) and not _GIT.search(source):
                unpacked = re.search(r"\.(?:tgz|tbz2?|txz|tar(?:\.\w+)?)\Z", source)
                self.advise(
                    node,
                    f"give {source} {own or 'a '}--checksum=sha256:..., or fetch and check it in a RUN"
                    + (" that unpacks it as well: ADD leaves it packed" if unpacked else ""),
                )
