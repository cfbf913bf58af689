"""What tests of campaigns share."""

from pathlib import Path

import pytest

from .campaigns import Command


@pytest.fixture
def migrate(
    tmp_path: Path, capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> Command:
    """Runs `dfix migrate` with campaigns in a folder of the test's own, as a user git knows."""
    config = tmp_path / "gitconfig"
    config.write_text("[user]\n\tname = A U Thor\n\temail = author@example.com\n")
    monkeypatch.setenv("GIT_CONFIG_GLOBAL", str(config))
    monkeypatch.setenv("GIT_CONFIG_NOSYSTEM", "1")
    monkeypatch.delenv("GIT_AUTHOR_NAME", raising=False)
    monkeypatch.delenv("GIT_AUTHOR_EMAIL", raising=False)
    monkeypatch.chdir(tmp_path)
    return Command(tmp_path / "campaigns", capfd)
