"""What builds the files here."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest

from tests.builds.plan.building import Builds
from tests.builds.plan.built import platform_arguments
from tests.builds.plan.stand_ins import bases, filled


@pytest.fixture(scope="module")
def builds(engine: None, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Builds]:
    """Two builds at a time, with the images that the files begin with."""
    context = filled(tmp_path_factory.mktemp("context"))
    with (
        bases(tmp_path_factory.mktemp("bases")) as images,
        ThreadPoolExecutor(max_workers=2) as pool,
    ):
        yield Builds(context, images, platform_arguments(), pool)
