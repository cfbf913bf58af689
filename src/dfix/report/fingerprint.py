"""A name for each finding that outlives changes elsewhere in its file."""

import hashlib
from collections import Counter
from collections.abc import Sequence

from dfix.findings import Finding
from dfix.report.region import SourceLines


def fingerprints(name: str, findings: Sequence[Finding], source: SourceLines) -> list[str]:
    """One for each finding of the file `name`, unique among all files.

    Made of the file's name, the fixer and the text of the lines without their blanks; of equal ones
    the second gets another, and so on. Line numbers do not count.
    """
    seen: Counter[str] = Counter()
    found = []
    for finding in findings:
        text = " ".join(source.text(source.region(finding)).split())
        parts = "\0".join((name, finding.fixer, text))
        seen[parts] += 1
        data = f"{parts}\0{seen[parts]}".encode("utf-8", "surrogateescape")
        found.append(hashlib.sha256(data).hexdigest()[:32])
    return found
