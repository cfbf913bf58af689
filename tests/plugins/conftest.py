"""What the tests of other packages' fixers share."""

from pathlib import Path

import pytest

from tests.plugins.installed import Site


@pytest.fixture
def site(tmp_path: Path) -> Site:
    for name in ("site", "project"):
        (tmp_path / name).mkdir()
    return Site(tmp_path / "site", tmp_path / "project")
