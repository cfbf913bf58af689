"""Every row of the table, played out; and `docs/faults.md` tells of each, and of nothing else."""

import ast
import os
import re
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.faults.commands import BUILDS, CAMPAIGNS
from tests.faults.machine import ENVIRONMENT, JOURNAL, MACHINE
from tests.faults.scene import Fault, Scene, check_errors
from tests.faults.table import BESIDE, CALLS, OTHERS, PATHS, TEXTS

ROOT = Path(__file__).parent.parent.parent
TABLE = (*PATHS, *BESIDE, *CALLS, *OTHERS, *JOURNAL, *MACHINE, *ENVIRONMENT, *CAMPAIGNS, *BUILDS)
_ROW = re.compile(
    r"\| (?P<fault>[^|]+) \| (?P<does>[^|]+) \| (?P<code>[^|]+) \| (?P<test>[^|]+) \|"
)
_HERE = "table"


@pytest.fixture
def scene() -> Iterator[Scene]:
    base = Path(os.path.realpath(tempfile.mkdtemp(prefix="dfix-faults-")))
    base.chmod(0o755)  # the folders of pytest are for their owner alone
    yield Scene(base)
    for folder in (base / "state", base / "project"):
        folder.chmod(0o777)
    shutil.rmtree(base)


@pytest.mark.parametrize("fault", TABLE, ids=lambda fault: fault.name)
def test_fault(fault: Fault, scene: Scene) -> None:
    if reason := fault.unable() or fault.needs():
        pytest.skip(reason)
    scene.play(fault)


@pytest.mark.parametrize("code", [0, 2])
def test_texts(code: int, scene: Scene) -> None:
    """Files that differ in what they hold alone: one call handles them all, each for itself."""
    faults = {f"{at:02}": fault for at, fault in enumerate(TEXTS) if fault.code == code}
    for at, fault in faults.items():
        scene.write({f"{at}/{name}": data for name, data in fault.files.items()})
    done = scene.call(Fault("all", code))
    assert done.code == code, done.errors
    check_errors(done)
    for at, fault in faults.items():
        for name, data in fault.left.items():
            assert (scene.folder / at / name).read_bytes() == data, fault.name
        lines = [line for line in done.errors.splitlines() if line.startswith(f"{at}/")]
        assert bool(lines) is bool(fault.told), (fault.name, lines)
        for pattern in fault.told:
            assert any(re.match(pattern.replace("^", f"^{at}/"), line) for line in lines), lines


# ----------------------------------------------------------------------------------- the document


def rows() -> list[re.Match[str]]:
    """The rows of the document's tables, without their heads."""
    text = (ROOT / "docs" / "faults.md").read_text("utf-8")
    found = [_ROW.fullmatch(line) for line in text.split("\n") if line.count("|") == 5]
    assert all(found), "a row that is none"
    heads = {"fault", "---"}
    return [row for row in found if row is not None and row["fault"] not in heads]


def test_the_document_tells_of_every_row() -> None:
    told = [(row["fault"], row["code"]) for row in rows() if row["test"] == _HERE]
    codes = {-9: "killed", -15: "by the signal"}
    assert sorted(told) == sorted(
        (fault.name, codes.get(fault.code, str(fault.code))) for fault in (*TABLE, *TEXTS)
    )


def test_what_others_test_is_tested_there() -> None:
    elsewhere = [row["test"].strip("`") for row in rows() if row["test"] != _HERE]
    assert elsewhere
    for pointer in elsewhere:
        path, _, name = pointer.partition("::")
        tree = ast.parse((ROOT / path).read_text("utf-8"))
        names = {each.name for each in tree.body if isinstance(each, ast.FunctionDef)}
        assert name in names, pointer


def test_the_table_is_long_enough() -> None:
    faults = [row["fault"] for row in rows()]
    assert len(faults) == len(set(faults)) >= 40
