"""Building files, and holding their plans against what was built."""

from collections.abc import Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path

from dfix.check import problems
from dfix.parser import parse
from dfix.plan import plan
from tests.builds.plan.built import Built, build, goals
from tests.builds.plan.expected import Call, Count, Expected
from tests.builds.plan.stand_ins import Base
from tests.builds.plan.strategies import Drawn


class Builds:
    """Builds files ahead of the tests that ask for them."""

    def __init__(
        self,
        context: Path,
        images: Mapping[str, Base],
        platform: Mapping[str, str],
        pool: ThreadPoolExecutor,
    ) -> None:
        self.context = context
        self.images = images
        #: The builder's own arguments.
        self.platform = platform
        self.count = Count()
        self._pool = pool
        self._futures: dict[Drawn, Future[Built]] = {}

    def start(self, file: Drawn) -> Future[Built]:
        """The build of a file, which is started if it is not yet."""
        if file not in self._futures:
            self._futures[file] = self._pool.submit(self.build, file)
        return self._futures[file]

    def build(self, file: Drawn) -> Built:
        """Builds the stages of a file."""
        tree = parse(file.text.encode())
        return build(goals(tree), self.context, dict(file.arguments), kept=file.unique)

    def compared(self, file: Drawn) -> Expected:
        """A file's plan, compared with what was built."""
        tree = parse(file.text.encode())
        assert problems(tree) == (), file.text
        call = Call(self.images, dict(file.arguments), self.platform)
        expected = Expected(plan(tree, given=bool(file.arguments)), call)
        expected.compare(self.start(file).result())
        return expected

    def check(self, file: Drawn) -> None:
        """Requires that nothing differs."""
        expected = self.compared(file)
        self.count.add(expected.count)
        shown = "\n".join((file.text, str(file.arguments), *expected.differences))
        assert expected.differences == [], shown
