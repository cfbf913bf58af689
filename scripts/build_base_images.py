"""Builds the embedded tables of the Docker official images' tags and of base-image facts.

    python scripts/build_base_images.py --all-tags TAGS --facts FACTS --date YYYY-MM-DD [--out DIR]

TAGS has a line per entry of a library file of docker-library/official-images, with the columns
image, tags, shared_tags and architectures; FACTS a line per image and tag pattern, with the columns
read below. Both are tab-separated, with a header line and no quoting; `--date` is the day of the
snapshot that both were taken from. Written are `tags.tsv` and `bases.tsv`, by default where the
package keeps them. The same input gives the same bytes.

In FACTS an empty cell means "not known", but for `default_user`, where it is root. Here that is
told apart for good: `?` is not known, anything else is known, emptiness included.
"""

import argparse
import json
import re
import sys
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import date, timedelta
from fnmatch import fnmatchcase
from pathlib import Path

Row = Mapping[str, str]

UNKNOWN = "?"
TAG_COLUMNS = ("image", "tags", "shared_tags", "architectures")
FACT_COLUMNS = (
    "image",
    "variant",
    "os_family",
    "package_manager",
    "default_user",
    "users",
    "sh",
    "bash",
    "entrypoint",
    "cmd",
    "workdir",
    "stopsignal",
    "expose",
    "volume",
    "init",
    "drops_privileges",
    "source",
    "basis",
    "inherits",
    "user_tools",
    "tools_installed",
    "library_tags",
)
TAGS_HEADER = "image\ttags\tshared\tplatform"
BASES_HEADER = (
    "image patterns family package_manager default_user users shell bash entrypoint cmd workdir"
    " stopsignal init drops_privileges user_tools tools_installed expose volume basis read_for"
).replace(" ", "\t")

# What a row was read from: the image's own build files. Others know it from its children alone.
OWN = frozenset({"library", "HEAD", "HEAD-sibling", "history"})
# Read at the state that the current tags were built from, not at another version's.
CURRENT = frozenset({"library", "HEAD"})
# Roots that are not built from another image.
ROOTS = frozenset(
    {
        "scratch",
        "built from Wolfi packages, no FROM",
        "root file system built from Debian packages",
    }
)
# A build file older than this says nothing about what `latest` is at the snapshot's day.
FRESH = timedelta(days=365)


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--all-tags", type=Path, required=True)
    parser.add_argument("--facts", type=Path, required=True)
    parser.add_argument("--date", type=date.fromisoformat, required=True)
    parser.add_argument(
        "--out", type=Path, default=Path(__file__).parents[1] / "src" / "dfix" / "resolve"
    )
    options = parser.parse_args(arguments)
    entries = read(options.all_tags, TAG_COLUMNS)
    facts = read(options.facts, FACT_COLUMNS)
    first = f"# docker-library/official-images and its sources, snapshot of {options.date}"
    write(options.out / "tags.tsv", [first, TAGS_HEADER, *tag_lines(entries)])
    write(
        options.out / "bases.tsv", [first, BASES_HEADER, *fact_lines(facts, entries, options.date)]
    )
    return 0


def read(path: Path, columns: Iterable[str]) -> list[Row]:
    """The rows of a table. Raises ValueError where a column is missing or a line is ragged."""
    header, *lines = path.read_text("utf-8").splitlines()
    names = header.split("\t")
    if missing := set(columns) - set(names):
        raise ValueError(f"{path}: no column {', '.join(sorted(missing))}")
    return [dict(zip(names, line.split("\t"), strict=True)) for line in lines]


def write(path: Path, lines: Iterable[str]) -> None:
    path.write_text("".join(f"{line}\n" for line in lines), "utf-8", newline="\n")


def tag_lines(entries: Iterable[Row]) -> list[str]:
    """A line per entry, by image; entries of one image keep their order."""
    lines = []
    for entry in sorted(entries, key=lambda entry: entry["image"]):
        platforms = entry["architectures"].split(",")
        windows = all(platform.startswith("windows-") for platform in platforms)
        lines.append(
            "\t".join(
                (
                    entry["image"],
                    entry["tags"],
                    entry["shared_tags"],
                    "windows" if windows else "linux",
                )
            )
        )
    return lines


def fact_lines(facts: Sequence[Row], entries: Iterable[Row], day: date) -> list[str]:
    """A line per row of facts, by image; the order within an image decides lookups and is kept."""
    current: dict[str, set[str]] = defaultdict(set)
    for entry in entries:
        names = (*entry["tags"].split(","), *entry["shared_tags"].split(","))
        current[entry["image"]].update(filter(None, names))
    rows: dict[str, list[Row]] = defaultdict(list)
    for row in facts:
        rows[row["image"]].append(row)
    own = {row["image"] for row in facts if is_own(row)}
    lines = []
    for image in sorted(rows):
        answered = Counter(first_match(rows[image], tag) for tag in current.get(image, ()))
        lines_of_versions = version_lines(rows[image])
        for index, row in enumerate(rows[image]):
            if image in current:
                read_for = ["current"] if is_current(row, answered[index]) else []
            else:
                read_for = unlisted(row, lines_of_versions, day)
            lines.append(fact_line(row, read_for, own))
    return lines


def is_own(row: Row) -> bool:
    """Whether the row was read from build files of the image itself.

    Of a Windows image nothing but the family was read, wherever its build file was found.
    """
    return set(row["basis"].split(";")) <= OWN and row["os_family"] != "windows"


def is_current(row: Row, answered: int) -> bool:
    """Whether all current tags that the row answers were read for it.

    `answered` is the number of those tags; the table counts the ones that were read. Where it is
    less, some entry could not be read, and which one the table does not say.
    """
    read_from = set(row["basis"].split(";"))
    return bool(read_from & CURRENT) and answered == int(row["library_tags"])


def first_match(rows: Sequence[Row], tag: str) -> int:
    """The place of the row that answers for `tag`. Raises ValueError where there is none."""
    for index, row in enumerate(rows):
        if any(fnmatchcase(tag, pattern) for pattern in row["variant"].split("|")):
            return index
    raise ValueError(f"{rows[0]['image']}:{tag}: the last row must match everything")


def version_lines(rows: Iterable[Row]) -> list[str]:
    """The version lines that an image has build files for at HEAD: folders such as `8.0`."""
    found: set[str] = set()
    for row in rows:
        if set(row["basis"].split(";")) & CURRENT:
            for path in row["source"].partition(":")[2].split("; "):
                found.update(part for part in path.split("/") if re.fullmatch(r"\d+(\.\d+)*", part))
    return sorted(found)


def unlisted(row: Row, lines_of_versions: list[str], day: date) -> list[str]:
    """Which tags a row was read for, of an image whose tags are listed nowhere.

    Tags without a version follow HEAD, if it was read around `day`; tags of a version were read if
    HEAD had a folder for that version's line.
    """
    if not set(row["basis"].split(";")) & CURRENT:
        return []
    dated = re.search(r"\((\d{4}-\d{2}-\d{2})\)", row["source"])
    fresh = dated is not None and day - date.fromisoformat(dated[1]) <= FRESH
    return [*(["floating"] if fresh else []), *lines_of_versions]


def fact_line(row: Row, read_for: list[str], own: set[str]) -> str:
    if any(character in row["variant"] for character in "?[]"):
        raise ValueError(f"{row['image']}: a pattern may hold no wildcard but *: {row['variant']}")
    whole = is_own(row) and is_rooted(row, own)
    bare = whole and row["os_family"] in {"distroless", "scratch"}
    entrypoint, command = row["entrypoint"], row["cmd"]
    return "\t".join(
        (
            row["image"],
            row["variant"],
            row["os_family"],
            row["package_manager"] or UNKNOWN,
            default_user(row["default_user"]),
            " ".join(users(row["users"])),
            row["sh"] or UNKNOWN,
            {"yes": "yes", "no": "no"}.get(row["bash"], UNKNOWN),
            # Both empty is what a root without either has, or one of which neither was read.
            argv(entrypoint, empty=whole and (bool(command) or bare)),
            argv(command, empty=whole and (bool(entrypoint) or bare)),
            placed(row["workdir"], default="/" if whole else UNKNOWN),
            placed(row["stopsignal"], default="" if whole else UNKNOWN),
            known(row["init"]),
            known(row["drops_privileges"]),
            row["user_tools"].replace(";", " "),
            row["tools_installed"],
            row["expose"],
            row["volume"],
            "read" if is_own(row) else "extrapolated",
            " ".join(read_for),
        )
    )


def is_rooted(row: Row, own: set[str]) -> bool:
    """Whether the FROM chain was followed to a root that was read, so that "empty" means "none"."""
    root = row["inherits"].rpartition(" <- ")[2]
    return bool(row["sh"]) or root in ROOTS or root.partition(":")[0] in own


def known(cell: str) -> str:
    return UNKNOWN if cell in {"", "unknown"} else cell


def placed(cell: str, default: str) -> str:
    """A cell whose placeholders (`<version>`) make it unknown."""
    return UNKNOWN if "<" in cell else cell or default


def default_user(cell: str) -> str:
    return "root" if cell == "" else known(cell.strip('"'))


def users(cell: str) -> list[str]:
    """`name:uid:gid` for each user; root goes, which the column is not about."""
    found = []
    for user in filter(None, cell.split("; ")):
        name, _, numbers = user.partition(" ")
        if name != "root":
            found.append(f"{name}:{numbers}")
    return found


def argv(cell: str, *, empty: bool) -> str:
    """A command as JSON: an array, a string for the shell form, `?` for what is not exactly known.

    Not exact are placeholders, expressions of a build system, and arguments that were taken apart
    inside their quotes.
    """
    if not cell:
        return "[]" if empty else UNKNOWN
    if cell.startswith("shell form: "):
        return json.dumps(cell.removeprefix("shell form: "), ensure_ascii=False)
    try:
        words: object = json.loads(cell)
    except json.JSONDecodeError:
        return UNKNOWN
    if not isinstance(words, list) or any(
        not isinstance(word, str) or "<version>" in word or word.count('"') % 2 for word in words
    ):
        return UNKNOWN
    return json.dumps(words, ensure_ascii=False)


if __name__ == "__main__":
    sys.exit(main())
