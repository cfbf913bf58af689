"""Which of hadolint's findings dfix would fix: by looking again with hadolint, or by a report of it."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import TemporaryDirectory

from msgspec.structs import replace

from dfix.config import settings_for
from dfix.findings import Finding
from dfix.fixer import Level
from dfix.hadolint_program import Hadolint, Row
from dfix.registry import all_fixers
from dfix.runner import FileReport, Runner, Work

#: Why a finding is left where dfix has nothing to say of its own.
NO_FIXER = "no fixer answers to it"
NOT_SEEN = "dfix sees no case there"
#: hadolint's code for a file that it cannot parse.
UNREADABLE = "DL1000"
UNREADABLE_TOLD = "hadolint cannot parse the file, and sees nothing else in it"
OFF = "off unless selected"
LEFT_OUT = "left out by the configuration"


@dataclass(slots=True)
class Code:
    """One of hadolint's codes."""

    found: int = 0
    fixed: dict[Level, int] = field(default_factory=lambda: dict.fromkeys(Level, 0))
    """How many are gone, by level; a level includes those below it."""
    reasons: Counter[str] = field(default_factory=Counter)
    """Why those are left that are, at the boldest level; as many as dfix has findings there."""

    @property
    def left(self) -> int:
        """How many no level fixes."""
        return self.found - self.fixed[Level.AGGRESSIVE]


@dataclass(slots=True)
class Adoption:
    """What becomes of hadolint's findings."""

    measured: bool
    """Whether hadolint has looked at the results; else dfix's own findings are held against its."""
    files: int = 0
    codes: dict[str, Code] = field(default_factory=lambda: defaultdict(Code))
    new: Counter[str] = field(default_factory=Counter)
    """Findings at the boldest level that were not there before, by code."""
    failed: list[FileReport] = field(default_factory=list)
    unread: list[str] = field(default_factory=list)
    """Files that hadolint could not read."""

    def fixers(self, code: str) -> list[str]:
        """The fixers that answer to a code."""
        return [name for name, each in all_fixers().items() if code in each.aliases]


class Measuring:
    """Asks hadolint about files as they are, and as they would be."""

    def __init__(self, hadolint: Hadolint, work: Work, *, jobs: int | None = None) -> None:
        self._hadolint = hadolint
        self._work = work
        self._jobs = jobs

    def adoption(self, paths: Sequence[Path]) -> Adoption:
        """What becomes of the findings in the files below `paths`. Raises `HadolintError`."""
        adoption = Adoption(measured=True)
        with TemporaryDirectory(prefix="dfix-") as name:
            folder = Path(name)
            bare = folder / "none.yaml"
            # Without any, it would take the one in the home folder.
            bare.write_text("ignored: []\n")
            before: dict[str, Counter[str]] = {}
            for level in Level:
                reports = list(_reports(self._work, paths, level, jobs=self._jobs))
                if level is Level.SAFE:
                    adoption.failed = [each for each in reports if each.error is not None]
                    before = self._counted(folder, reports, bare, adoption, changed=False)
                    adoption.files = len(before)
                    for counts in before.values():
                        for code, count in counts.items():
                            adoption.codes[code].found += count
                after = before | self._counted(folder, reports, bare, adoption, changed=True)
                for report in reports:
                    if report.name in before:
                        both = before[report.name], after[report.name]
                        self._hold_against(adoption, report, level, *both)
        return adoption

    def _hold_against(
        self,
        adoption: Adoption,
        report: FileReport,
        level: Level,
        before: Counter[str],
        after: Counter[str],
    ) -> None:
        """Adds up what is gone, of which a fixer says that it fixed it: counts also go with lines."""
        left = Counter(before)
        assert report.result is not None
        for finding in report.result.findings:
            for code in finding.aliases if finding.status == "fixed" else ():
                if left[code] > after[code]:
                    adoption.codes[code].fixed[level] += left[code] - after[code]
                    left[code] = after[code]
        if level is Level.AGGRESSIVE:
            _give_reasons(adoption, report, left, self._work)
            if not before[UNREADABLE]:  # or hadolint had not seen the file at all
                adoption.new += after - before

    def _counted(
        self,
        folder: Path,
        reports: Iterable[FileReport],
        bare: Path,
        adoption: Adoption,
        *,
        changed: bool,
    ) -> dict[str, Counter[str]]:
        """Findings by code, by file: in all files as they were, or in those that changed as they are."""
        laid: dict[Path, dict[str, str]] = defaultdict(dict)  # names on disk, by configuration
        for at, report in enumerate(reports):
            result = report.result
            if result is None or (changed and not result.changed):
                continue
            name = f"{at:06d}"
            (folder / name).write_bytes(result.after if changed else result.before)
            settings = settings_for(report.path, config=self._work.config)
            laid[settings.hadolint_file or bare][name] = report.name
        found: dict[str, Counter[str]] = {}
        for config, names in laid.items():
            for name, rows in self._hadolint.rows(folder, list(names), config):
                if rows is not None:
                    found[names[name]] = Counter(row.code for row in rows)
                elif not changed:
                    adoption.unread.append(names[name])
        return found


def adoption_of_report(rows: Iterable[Row], work: Work, *, jobs: int | None = None) -> Adoption:
    """What becomes of the findings of a report: of each, what dfix's nearest one of its code says.

    Names are relative to the current folder.
    """
    adoption = Adoption(measured=False)
    by_file: dict[Path, list[Row]] = defaultdict(list)
    for row in rows:
        by_file[work.cwd / row.file].append(row)
    for level in Level:
        for report in _reports(work, list(by_file), level, jobs=jobs):
            if report.result is None:
                if level is Level.SAFE:
                    adoption.failed.append(report)
                continue
            if level is Level.SAFE:
                adoption.files += 1
            left: Counter[str] = Counter()
            for row in by_file[report.path]:
                code = adoption.codes[row.code]
                code.found += level is Level.SAFE
                nearest = _nearest(row, report.result.findings)
                if nearest is not None and nearest.status == "fixed":
                    code.fixed[level] += 1
                else:
                    left[row.code] += 1
            if level is Level.AGGRESSIVE:
                _give_reasons(adoption, report, left, work)
    return adoption


def _reports(
    work: Work, paths: Sequence[Path], level: Level, *, jobs: int | None
) -> Iterator[FileReport]:
    there = replace(work, selection=replace(work.selection, level=level))
    return Runner(paths, there, jobs=jobs).reports()


def _nearest(row: Row, findings: Iterable[Finding]) -> Finding | None:
    """The finding of that code that stands nearest to the row; before others one that is fixed."""

    def distance(each: Finding) -> tuple[int, bool]:
        return max(each.line - row.line, row.line - each.end_line, 0), each.status != "fixed"

    return min((each for each in findings if row.code in each.aliases), key=distance, default=None)


def _give_reasons(
    adoption: Adoption, report: FileReport, left: Mapping[str, int], work: Work
) -> None:
    """Counts why a file keeps what it keeps."""
    assert report.result is not None
    settings = settings_for(report.path, config=work.config)
    run = {each.name for each in work.selection.choose(settings, report.path).fixers}
    for code, count in left.items():
        if not count:
            continue
        names = adoption.fixers(code)
        reasons: Counter[str] = Counter(
            _shortened(each.reason)
            for each in report.result.findings
            if each.fixer in names and each.status != "fixed" and each.reason
        )
        if code == UNREADABLE:
            reasons[UNREADABLE_TOLD] = count
        elif not names:
            reasons[NO_FIXER] = count
        elif not reasons and not run & set(names):
            off = not any(all_fixers()[name].default for name in names)
            reasons[f"{', '.join(names)}: {OFF if off else LEFT_OUT}"] = count
        elif not reasons:
            reasons[NOT_SEEN] = count
        adoption.codes[code].reasons += reasons


def _shortened(reason: str) -> str:
    """A reason without the names in it, so that like ones count together."""
    return "`..`".join(reason.split("`")[::2])
