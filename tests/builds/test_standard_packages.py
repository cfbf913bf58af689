"""The fixers of package managers: the same packages are installed, and more builds succeed."""

from pathlib import Path

import pytest

from tests.builds.containers import printed
from tests.builds.images import builds
from tests.builds.stand_ins import LOCAL
from tests.builds.standard import filled, fixed

pytestmark = [pytest.mark.builds, pytest.mark.usefixtures("debian")]

#: The archive of the stand-in, once it has moved on: the lists of before name a file that is gone.
MOVED = """\
#!/bin/sh -e
cd /packages
mv tini_*.deb tini-new.deb
sed -i 's|^Filename: ./tini_.*|Filename: ./tini-new.deb|' Packages
"""
LIST = 'CMD ["dpkg", "-l"]\n'


@pytest.fixture
def context(tmp_path: Path) -> Path:
    """A small build context."""
    return filled(tmp_path, {"moved": MOVED, "notes": "x\n"})


def check_same_packages(name: str, text: str, context: Path, *expected: str) -> None:
    """Both images have the same packages, in the same versions, and `expected` among them."""
    before, after = fixed(name, f"FROM {LOCAL}\n{text}{LIST}", context)
    old, new = printed(before, context), printed(after, context)
    assert old == new
    for each in expected:
        assert f"ii  {each} " in new


def test_merge_installs_gives_the_same_packages(context: Path) -> None:
    text = "RUN apt-get update && apt-get install -y zip && apt-get install -y tree tini\n"
    check_same_packages("merge-installs", text, context, "zip", "tree", "tini")


def test_merge_installs_in_a_list_of_lines(context: Path) -> None:
    text = (
        "RUN apt-get update && apt-get install -y --no-install-recommends \\\n    wget \\\n"
        "    # shows folders\n    tree \\\n && apt-get install -y --no-install-recommends \\\n"
        "    tini wget \\\n && rm -rf /var/lib/apt/lists/*\n"
    )
    check_same_packages("merge-installs", text, context, "wget", "tree", "tini")


def test_join_update_install_gives_the_same_packages(context: Path) -> None:
    text = "RUN apt-get update\nENV A=1\nRUN apt-get install -y --no-install-recommends wget\n"
    check_same_packages("join-update-install", text, context, "wget")


def test_join_update_install_builds_where_the_archive_moved_on(context: Path) -> None:
    """What a cached layer does: its lists are older than the archive."""
    text = (
        f"FROM {LOCAL}\nRUN apt-get update\nCOPY moved /moved\nRUN /moved\n"
        "COPY notes /notes\nRUN apt-get install -y tini\n"
    )
    before, after = fixed("join-update-install", text, context)
    assert not builds(before, context)
    assert builds(after, context)


def test_sort_packages_gives_the_same_packages(context: Path) -> None:
    text = "RUN apt-get update && apt-get install -y zip tini tree\n"
    check_same_packages("sort-packages", text, context, "zip", "tree", "tini")


def test_sort_packages_among_options(context: Path) -> None:
    text = (
        "RUN apt-get update \\\n && apt-get install -y \\\n      wget \\\n"
        "      --no-install-recommends \\\n      tini \\\n && rm -rf /var/lib/apt/lists/*\n"
    )
    check_same_packages("sort-packages", text, context, "wget", "tini")


def test_assume_yes_answers_the_question(context: Path) -> None:
    """wget needs another package, so apt-get asks; the build fails."""
    text = f"FROM {LOCAL}\nRUN apt-get update && apt-get install --no-install-recommends wget\n"
    before, after = fixed("assume-yes", text, context)
    assert not builds(before, context)
    assert builds(after, context)


def test_apt_get_on_a_base_that_is_not_known(context: Path) -> None:
    text = (
        "RUN echo '# nothing' > /etc/apt/apt.conf.d/mine\n"
        "RUN apt update && apt install -y --no-install-recommends wget\n"
    )
    check_same_packages("apt-get", text, context, "wget")
