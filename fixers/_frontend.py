"""Which builder a file is written for, as far as it shows."""

import re

from dfix import Copy, Dockerfile, Run

_FRONTEND = re.compile(
    r"(?:docker\.io/)?docker/dockerfile(?:-upstream)?(?::(?:([0-9]+)(?:\.([0-9]+))?)?[\w.-]*)?(?:@.*)?"
)


def takes_chmod(tree: Dockerfile) -> bool | None:
    """Whether the builder knows `COPY --chmod`, which came with version 1.2 of the frontend.

    None where the file does not say: Docker's own builder does, since its version 23 by default.
    Source: https://docs.docker.com/reference/dockerfile/#copy---chown---chmod
    """
    for directive in tree.directives:
        if directive.name == "syntax":
            found = _FRONTEND.fullmatch(directive.value)
            if found is None:
                return False
            major, minor = found.groups()
            return major is None or int(major) > 1 or minor is None or int(minor) >= 2
    for each in tree.instructions:
        if each.heredocs or (isinstance(each, Run) and each.flag("mount") is not None):
            return True
        if isinstance(each, Copy) and (each.flag("chmod") or each.flag("link")) is not None:
            return True
    return None
