"""Makes a git repository of each repository that the index of a corpus names, to run campaigns over.

usage: repositories.py OUT CORPUS...

A corpus is a folder with Dockerfiles and an `index.tsv` whose columns `file`, `kind`, `owner`, `repo` and
`path` say where each of them came from. Every repository gets one commit with its files at their paths. A
crawl, whose `kind` is `hub` or `github-crawl`, holds files of many repositories: those are told apart by
the folders in their paths.
"""

import csv
import subprocess
import sys
from collections import defaultdict
from pathlib import Path

_CRAWLS = {"hub", "github-crawl"}


def files_of(corpus: Path) -> dict[str, dict[str, Path]]:
    """The files of each repository that a corpus names, by their paths there."""
    found: dict[str, dict[str, Path]] = defaultdict(dict)
    with (corpus / "index.tsv").open(encoding="utf-8", newline="") as index:
        for row in csv.DictReader(index, delimiter="\t", quoting=csv.QUOTE_NONE):
            file = corpus / "files" / row["file"]
            file = file if file.exists() else corpus / row["file"]
            name, path = row["repo"], row["path"]
            if row["kind"] in _CRAWLS:
                *folders, base = path.split("/")
                name, path = "/".join([row["owner"], *folders[-1:]]), base
            found[name][path] = file
    return found


def make(folder: Path, files: dict[str, Path]) -> None:
    """Makes a repository with one commit on `main`, and no work tree."""
    subprocess.run(["git", "init", "-q", "--bare", "-b", "main", str(folder)], check=True)
    stream = [b"commit refs/heads/main\ncommitter A <a@example.com> 1 +0000\ndata 5\nfiles\n"]
    for path, file in sorted(files.items()):
        data = file.read_bytes()
        quoted = path.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n")
        stream.append(b'M 100644 inline "%s"\ndata %d\n%s\n' % (quoted.encode(), len(data), data))
    subprocess.run(
        ["git", "fast-import", "--quiet"], cwd=folder, input=b"".join(stream), check=True
    )


def main(out: str, *corpora: str) -> int:
    """Makes them all, and says how many there are."""
    made = held = 0
    for corpus in map(Path, corpora):
        for name, files in sorted(files_of(corpus).items()):
            folder = Path(out) / corpus.name / f"{name.replace('/', '--')}.git"
            folder.parent.mkdir(parents=True, exist_ok=True)
            make(folder, files)
            made, held = made + 1, held + len(files)
    print(f"{made} repositories, {held} files")
    return 0


if __name__ == "__main__":
    if len(sys.argv) < 3:
        sys.exit(__doc__)
    sys.exit(main(*sys.argv[1:]))
