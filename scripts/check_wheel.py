"""Checks that a wheel holds what it must and nothing at top level but `dfix`.

usage: check_wheel.py WHEEL
"""

import sys
import zipfile

NEEDED = (
    "dfix/__init__.py",
    "dfix/dfix.schema.json",
    "dfix/py.typed",
    "dfix/cli/__init__.py",
    "dfix/fixers/merge_runs.py",
    "dfix/grammar/dockerfile.lark",
    "dfix/grammar/tables.json.gz",
    "dfix/grammar/tables-backtick.json.gz",
    "dfix/report/campaign/page/base.css",
    "dfix/report/campaign/page/main.js",
    "dfix/report/campaign/page/page.html",
    "dfix/resolve/bases.tsv",
    "dfix/resolve/tags.tsv",
)


def main(path: str) -> int:
    """Prints what is wrong; 0 if nothing is."""
    names = zipfile.ZipFile(path).namelist()
    faults = [f"{path}: {name} is missing" for name in NEEDED if name not in names]
    tops = {name.partition("/")[0] for name in names}
    faults += [
        f"{path}: {top} is at top level"
        for top in sorted(tops)
        if top != "dfix" and not top.endswith(".dist-info")
    ]
    print("\n".join(faults) or f"{path}: {len(names)} files, nothing at top level but dfix")
    return 1 if faults else 0


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1]))
