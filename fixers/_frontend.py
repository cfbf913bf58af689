"""Which builder a file is written for, as far as it shows."""

import re

from dfix import Copy, Dockerfile, Run, regex

_FRONTEND = regex(
    r"(?:docker\.io/)?docker/dockerfile(?:-upstream)?(?::(?:([0-9]{1,9})(?:\.([0-9]{1,9}))?)?[\w.-]*)?(?:@.*)?"
)

#: Other builders than Docker's own, which may lack what its frontend has.
OTHER_BUILDERS = regex(r"kaniko|buildah|podman", re.IGNORECASE)


#: Tags without a version that follow the newest one, or have had heredocs from their first day.
_CURRENT = regex(
    r"(?:docker\.io/)?docker/dockerfile(?:-upstream)?(?::(?:1|latest|labs|1-labs|master))?"
)


def takes_heredocs(tree: Dockerfile) -> bool | None:
    """Whether the builder knows heredocs, which came with version 1.4 of the frontend.

    None where the file does not say: Docker's own builder does, since its version 23 by default.
    Source: https://docs.docker.com/build/dockerfile/release-notes/#140
    """
    for directive in tree.directives:
        if directive.name == "syntax":
            if _CURRENT.fullmatch(directive.value):
                return True
            found = _FRONTEND.fullmatch(directive.value)
            if found is None or found[1] is None or found[2] is None:
                return False
            return int(found[1]) > 1 or int(found[2]) >= 4
    return True if any(each.heredocs for each in tree.instructions) else None


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


def objection_to_secret_env(tree: Dockerfile) -> str:
    """Why the builder may not know `--mount=type=secret,env=`; empty where nothing speaks against it.

    It came with version 1.10 of the frontend: https://github.com/moby/buildkit/releases. A frontend
    that is pinned by its digest is as old as the tag says at least, and no newer for certain.
    """
    if other := OTHER_BUILDERS.search(tree.text):
        return f"{other[0]} is spoken of, which may not know secrets in the environment"
    for directive in tree.directives:
        if directive.name == "syntax":
            found = _FRONTEND.fullmatch(directive.value)
            major, minor = found.groups() if found else ("0", None)
            if major is None:
                known = "experimental" not in directive.value and "@" not in directive.value
            elif minor is None:
                known = int(major) >= 1 and "@" not in directive.value
            else:
                known = (int(major), int(minor)) >= (1, 10)
            if not known:
                return f"the frontend {directive.value} is not known to have secrets in the environment"
    return ""
