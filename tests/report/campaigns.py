"""Campaigns to report, made without running anything."""

from collections.abc import Iterable, Iterator
from pathlib import Path

from dfix.report.campaign.model import (
    Campaign,
    FileRecord,
    FindingRecord,
    PlanChange,
    RepositoryRecord,
)

#: What a page must show and never do: markup, templates, a terminal's escapes, turned direction.
HOSTILE = (
    "</script><script>alert(1)</script><img src=x onerror=alert(2)> {{ 7*7 }} {% raw %} &lt; "
    "javascript:alert(3) \x1b[31mred\x1b[0m \u202egnp.exe\u2066 \x00 \ufeff \u2028 `| @team #12 "
    "<!-- --> ]]> ${x} \\ '\" http://example.invalid/ <details open ontoggle=alert(4)>"
)

DIFF = """--- a/Dockerfile
+++ b/Dockerfile
@@ -1,4 +1,3 @@
 FROM debian:12
-ENV A b
+ENV A=b
-RUN make
-RUN make install
+RUN make && make install
"""


def finding(status: str = "fixed", **more: object) -> FindingRecord:
    """A finding of `key-value-form` in line 2, but for `more`."""
    given: dict[str, object] = {
        "fixer": "key-value-form",
        "level": "safe",
        "message": "a blank stands between a name and its value",
        "line": 2,
        "status": status,
        **more,
    }
    return FindingRecord(**given)  # type: ignore[arg-type]  # the tests name fields as they are


def changed_file(path: str = "Dockerfile", *findings: FindingRecord) -> FileRecord:
    """A file that was changed, with its plan."""
    found = findings or (
        finding(),
        finding(
            fixer="merge-runs",
            level="standard",
            message="RUN instructions that follow each other make a layer each",
            line=3,
            reason="nothing crosses from one RUN into the next",
            plan=(PlanChange("final.boundary", "RUN | RUN", None),),
        ),
        finding("refused", fixer="run-as-user", level="standard", reason="`app` may need root"),
    )
    plan = tuple(change for each in found for change in each.plan)
    return FileRecord(path, "changed", None, DIFF, found, plan)


def repository(name: str, *files: FileRecord, **more: object) -> RepositoryRecord:
    """A repository that was changed, but for `more`."""
    given: dict[str, object] = {
        "source": f"/srv/{name}",
        "status": "changed",
        "ref": "main",
        "base": "1" * 40,
        "branch": "dfix/migrate",
        "commits": ("2" * 40, "3" * 40),
        "patch": f"patches/{name}.patch",
        "description": f"patches/{name}.md",
        "files": files,
        **more,
    }
    return RepositoryRecord(name, **given)  # type: ignore[arg-type]  # as above


def campaign(records: Iterable[RepositoryRecord], **options: str) -> Campaign:
    """A campaign of records that are there already."""
    held = tuple(records)
    return Campaign(
        "1.2.3", "2026-11-25T19:30:00+00:00", options or {"level": "standard"}, lambda: iter(held)
    )


def hostile_campaign() -> Campaign:
    """One in which every text that may come from a file is hostile."""
    hostile = finding(
        fixer=HOSTILE,
        level=HOSTILE,
        message=HOSTILE,
        reason=HOSTILE,
        plan=(PlanChange(HOSTILE, HOSTILE, HOSTILE),),
    )
    diff = f"--- a\n+++ b\n@@ -1,2 +1,2 @@\n # {HOSTILE}\n-ENV a {HOSTILE}\n+ENV a={HOSTILE}\n"
    file = FileRecord(
        HOSTILE,
        "changed",
        HOSTILE,
        diff,
        (hostile, finding("refused", reason=HOSTILE)),
        hostile.plan,
    )
    record = RepositoryRecord(
        name=HOSTILE,
        source=HOSTILE,
        status="changed",
        reason=HOSTILE,
        ref=HOSTILE,
        base=HOSTILE,
        branch=HOSTILE,
        commits=(HOSTILE,),
        pushed=HOSTILE,
        pull_request=f"javascript:{HOSTILE}",
        patch=f"patches/{HOSTILE}",
        description="../../etc/passwd",
        files=(file,),
    )
    return Campaign(HOSTILE, HOSTILE, {HOSTILE: HOSTILE}, lambda: iter((record,)))


def large_campaign(files: int, per_repository: int = 4) -> Campaign:
    """A campaign of many changed files, made as they are asked for and never all there at once."""

    def records() -> Iterator[RepositoryRecord]:
        for first in range(0, files, per_repository):
            made = (
                _large_file(number) for number in range(first, min(first + per_repository, files))
            )
            yield repository(f"team-{first % 37}/service-{first:05}", *made)

    return Campaign("1.2.3", "2026-11-25T19:30:00+00:00", {"level": "standard"}, records)


def _large_file(number: int) -> FileRecord:
    """A file like those that people have: 60 lines of diff, 12 findings."""
    body = "".join(
        f" RUN apt-get install -y --no-install-recommends package-{number}-{line} && make -C /src/{line}\n"
        f"-ENV NAME_{line} value {number} of line {line}\n"
        f'+ENV NAME_{line}="value {number} of line {line}"\n'
        for line in range(20)
    )
    diff = f"--- a/Dockerfile\n+++ b/Dockerfile\n@@ -1,40 +1,40 @@\n{body}"
    findings = (
        *tuple(finding(line=2 * line + 2) for line in range(6)),
        finding(
            fixer="merge-runs",
            level="standard",
            message="RUN instructions that follow each other make a layer each",
            line=3,
            reason="nothing crosses from one RUN into the next",
            plan=(PlanChange("final.boundary", "RUN | RUN", None),),
        ),
        *(
            finding(
                "refused",
                fixer=fixer,
                level="standard",
                line=5,
                reason=f"`program-{number}` may be a shell script, which is not read",
            )
            for fixer in ("run-as-user", "init-process", "exec-form", "pipefail", "pin-base-image")
        ),
    )
    return FileRecord(
        f"services/{number}/Dockerfile",
        "changed",
        None,
        diff,
        findings,
        (PlanChange("final.effects[3]", "RUN | RUN", None),),
    )


def written(folder: Path, made: Campaign) -> tuple[str, str, str]:
    """The three reports of a campaign as text: HTML, JSON and Markdown."""
    from dfix.report.campaign.write import write_report

    write_report(made, folder)
    html, json, markdown = (
        (folder / name).read_text("utf-8") for name in ("report.html", "report.json", "report.md")
    )
    return html, json, markdown
