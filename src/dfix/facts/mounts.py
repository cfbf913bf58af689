"""What a RUN has mounted: the options of `--mount`, and where it puts what it brings."""

from dfix.nodes import Flag, Run

_TARGETS = ("target", "dst", "destination")


def mount_options(flag: Flag) -> dict[str, str]:
    """The options of a `--mount`, keys in lower case."""
    pairs = [option.strip().partition("=") for option in (flag.argument or "").split(",")]
    return {key.lower(): value for key, _, value in pairs}


def mount_targets(run: Run) -> tuple[str, ...]:
    """Where a RUN has something mounted, of any kind; what has a variable as written."""
    return tuple(
        options[key]
        for flag in run.flags
        if flag.name == "mount"
        for options in (mount_options(flag),)
        for key in _TARGETS
        if key in options
    )


def cache_targets(run: Run) -> tuple[str, ...]:
    """Where a RUN has a cache mounted, by a path that the file tells."""
    return tuple(
        target
        for flag in run.flags
        if flag.name == "mount" and (options := mount_options(flag)).get("type") == "cache"
        for key in _TARGETS
        if (target := options.get(key, "")).startswith("/") and "$" not in target
    )


def is_mounted(run: Run, *paths: str) -> bool:
    """Whether one of `paths`, or what is around it, or a part of it, is mounted, or may be."""
    return any(
        "$" in target
        or (path + "/").startswith(target.rstrip("/") + "/")
        or target.startswith(path + "/")
        for target in mount_targets(run)
        for path in paths
    )
