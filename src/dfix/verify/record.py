"""What became of the files of a call, for programs."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from dfix.verify.comparison import PathDifference, SettingDifference
from dfix.verify.tree import Entry
from dfix.verify.verification import Comparison, Figures
from dfix.version import __version__

#: Grows when a program that reads the report would have to be changed.
VERSION = 1


@dataclass(frozen=True, slots=True)
class Verified:
    """What became of one Dockerfile. `failed`: it could not be handled at all."""

    name: str
    verdict: Literal["kept", "broken", "unbuilt", "unchanged", "failed"] = "failed"
    level: str | None = None
    comparison: Comparison | None = None
    problem: str | None = None
    left_out: tuple[str, ...] = ()
    """What of the build context could not be copied, each with the reason."""

    @property
    def told_problem(self) -> str | None:
        """Why nothing was compared."""
        if self.comparison is not None and self.comparison.problem is not None:
            return self.comparison.problem
        return self.problem


def verified_document(builder: str, files: Sequence[Verified]) -> dict[str, object]:
    """The whole report as JSON can take it."""
    verdicts: list[str] = [each.verdict for each in files]
    names = ("kept", "broken", "unbuilt", "unchanged", "failed")
    return {
        "version": VERSION,
        "dfix": __version__,
        "builder": builder,
        "files": [_file_data(each) for each in files],
        "summary": {"files": len(files), **{name: verdicts.count(name) for name in names}},
    }


def _file_data(verified: Verified) -> dict[str, object]:
    comparison = verified.comparison or Comparison("unbuilt")
    return {
        "path": verified.name,
        "level": verified.level,
        "verdict": verified.verdict,
        "error": verified.told_problem,
        "log": list(comparison.log),
        "before": _figures_data(comparison.before),
        "after": _figures_data(comparison.after),
        "config": [_setting_data(each) for each in comparison.settings],
        "tree": [_path_data(each) for each in comparison.paths],
        "unsteady": list(comparison.unsteady),
        "noise": comparison.noise,
        "moved_bases": [{"before": old, "after": new} for old, new in comparison.moved],
        "left_out": list(verified.left_out),
    }


def _figures_data(figures: Figures | None) -> dict[str, object] | None:
    if figures is None:
        return None
    return {
        "size": figures.size,
        "layers": figures.layers,
        "seconds": round(figures.seconds, 1),
    }


def _setting_data(difference: SettingDifference) -> dict[str, object]:
    return {
        "key": difference.key,
        "before": difference.before,
        "after": difference.after,
        "allowed": difference.reason is not None,
        "reason": difference.reason,
    }


def _path_data(difference: PathDifference) -> dict[str, object]:
    return {
        "path": difference.path,
        "differs": sorted(difference.aspects),
        "before": _entry_data(difference.before),
        "after": _entry_data(difference.after),
        "allowed": difference.reason is not None,
        "reason": difference.reason,
    }


def _entry_data(entry: Entry | None) -> dict[str, object] | None:
    if entry is None:
        return None
    return {
        "type": entry.kind,
        "mode": f"{entry.mode:04o}",
        "owner": f"{entry.uid}:{entry.gid}",
        "content": entry.content or None,
        "size": entry.size,
        "attributes": dict(entry.xattrs),
        "hard_link_to": entry.linked,
    }
