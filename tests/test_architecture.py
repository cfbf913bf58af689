"""Who must never import whom, what starting up may load, and how long a module may get.

Imports for type checkers alone (`if TYPE_CHECKING:`) do not count: nothing needs them to run.
"""

import ast
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from fnmatch import fnmatchcase
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
SOURCES = ROOT / "src" / "dfix"
FIXERS = ROOT / "fixers"
GRAMMAR = ROOT / "grammar"


@dataclass(frozen=True, slots=True)
class Group:
    """Modules, by patterns of their names below `dfix`, with what they may import beside each other."""

    modules: tuple[str, ...]
    may: tuple[str, ...] = ()
    libraries: tuple[str, ...] = ()


GROUPS = {
    # Text, names and files, of which each module stands alone.
    "ground": Group(
        (
            "ends",
            "globs",
            "identity",
            "pointers",
            "pool",
            "regularfile",
            "shipped",
            "talk",
            "templates",
            "text",
            "version",
            "wholefile",
            "words",
        )
    ),
    # What all modules write their expressions with.
    "patterns": Group(("patterns",)),
    # The language.
    "nodes": Group(("nodes",), ("ground",)),
    "parser": Group(("lalr", "parser"), ("ground", "nodes"), ("lark",)),
    "shell": Group(("shell", "shell_*"), ("ground", "nodes"), ("tree_sitter", "tree_sitter_bash")),
    "views": Group(("image", "visitor"), ("ground", "nodes")),
    "editing": Group(("edit", "layout", "linemap", "suppress"), ("ground", "nodes")),
    # What is known, and what is proposed.
    "knowledge": Group(
        ("facts", "facts.*", "plan", "plan.*"), ("ground", "nodes", "shell", "views", "editing")
    ),
    "fixer": Group(("fixer",), ("nodes", "views", "knowledge", "editing")),
    "registry": Group(
        ("entrypoints", "plugin_lookup", "plugins", "registry"),
        ("ground", "fixer", "files", "neighbours"),
    ),
    "checking": Group(
        ("check", "check.*", "check_*", "guards"),
        ("ground", "nodes", "parser", "shell", "views", "editing", "knowledge"),
    ),
    "engine": Group(
        ("engine", "findings", "proposals"),
        (
            "ground",
            "nodes",
            "parser",
            "views",
            "editing",
            "knowledge",
            "fixer",
            "registry",
            "checking",
        ),
    ),
    # What lies around a file.
    "files": Group(
        (
            "archive",
            "buildarguments",
            "buildspecs",
            "config",
            "configfile",
            "context",
            "discovery",
            "dockerignore",
            "documents",
            "git",
            "hadolint",
            "journal",
            "orchestrators",
            "relatives",
            "sourcetexts",
            "worktree",
            "writer",
        ),
        ("ground", "nodes"),
        ("hcl2", "pathspec", "platformdirs", "ruamel"),
    ),
    "resolve": Group(
        ("resolve", "resolve.*"),
        ("ground", "nodes", "views", "knowledge", "files"),
        ("httpx", "packaging", "platformdirs"),
    ),
    "neighbours": Group(
        ("neighbours", "neighbours.*"),
        ("ground", "nodes", "parser", "views", "knowledge", "fixer", "checking", "files"),
    ),
    # Putting it together.
    "running": Group(
        (
            "adoption",
            "api",
            "asking",
            "examples",
            "hadolint_program",
            "package_pinning",
            "pinning",
            "runner",
            "schema",
            "selection",
            "shellcheck",
            "surroundings",
        ),
        (
            "ground",
            "nodes",
            "parser",
            "views",
            "knowledge",
            "fixer",
            "registry",
            "checking",
            "engine",
            "files",
            "neighbours",
            "resolve",
        ),
    ),
    # What is made of results; of these, one knows the other's reports at most.
    "report": Group(
        ("report", "report.*"),
        ("ground", "nodes", "views", "knowledge", "fixer", "registry", "engine", "running"),
        ("jinja2", "markupsafe", "rich"),
    ),
    **{
        name: Group(
            (name, f"{name}.*"),
            (
                "ground",
                "nodes",
                "parser",
                "views",
                "knowledge",
                "fixer",
                "registry",
                "checking",
                "engine",
                "files",
                "running",
                "report",
                *more,
            ),
            libraries,
        )
        for name, libraries, more in (
            ("verify", (), ()),
            ("migrate", ("distributed", "pyarrow"), ()),
            ("lsp", ("lsprotocol", "pygls"), ("editing",)),
        )
    },
}
#: The command line may import everything; these may import the command line.
CALLERS = ("__main__",)
COMMAND_LINE = ("cli", "cli.*", *CALLERS)
COMMAND_LINE_LIBRARIES = ("click", "rich")

#: Records are written as its Structs, as they could be as dataclasses: all may do so.
RECORDS = "msgspec"

#: What a fixer may take from Python: text and data, nothing that reaches the outside.
FIXERS_PYTHON = frozenset(
    """bisect collections collections.abc dataclasses difflib enum fnmatch functools itertools json
    operator posixpath re shlex string textwrap typing""".split()
)

LONGEST_MODULE = 420
#: Modules that may be longer, each with the reason.
LONGER = {"nodes": "one class for each thing of the language, and they name one another"}


@dataclass(frozen=True, slots=True)
class Module:
    """A source file of the package."""

    name: str  # below `dfix`; empty for the package itself
    path: Path

    @property
    def tree(self) -> ast.Module:
        return ast.parse(self.path.read_text("utf-8"), str(self.path))

    def is_in(self, patterns: tuple[str, ...]) -> bool:
        return any(fnmatchcase(self.name, pattern) for pattern in patterns)


def _modules(folder: Path, package: str) -> Iterator[Module]:
    for path in sorted(folder.rglob("*.py")):
        parts = (package, *path.relative_to(folder).with_suffix("").parts)
        yield Module(".".join(each for each in parts if each and each != "__init__"), path)


ENGINE_MODULES = [each for each in _modules(SOURCES, "") if each.name]
FIXER_MODULES = [each for each in _modules(FIXERS, "fixers") if each.name != "fixers"]
NAMES = {each.name for each in ENGINE_MODULES}


def _imports(node: ast.AST) -> Iterator[tuple[int, str, tuple[str, ...]]]:
    """The imports that run: their level, module and names, also those inside of functions."""
    if isinstance(node, ast.If) and getattr(node.test, "id", "") == "TYPE_CHECKING":
        for each in node.orelse:
            yield from _imports(each)
        return
    if isinstance(node, ast.Import):
        for alias in node.names:
            yield 0, alias.name, ()
    elif isinstance(node, ast.ImportFrom):
        yield node.level, node.module or "", tuple(alias.name for alias in node.names)
    for child in ast.iter_child_nodes(node):
        yield from _imports(child)


def _imported(module: Module) -> tuple[set[str], set[str]]:
    """What a module of the engine imports: ours, by names below `dfix`, and other libraries."""
    ours: set[str] = set()
    others: set[str] = set()
    for level, name, names in _imports(module.tree):
        assert level == 0, f"{module.name} imports relatively"
        top, _, below = name.partition(".")
        if top != "dfix":
            others.add(top)
            continue
        # `from dfix import nodes` and `from dfix.resolve import tags` name modules.
        found = {".".join(filter(None, (below, each))) for each in names} & NAMES
        ours |= found or {below}
    return ours, others - set(sys.stdlib_module_names) - {RECORDS}


def _group_of(name: str) -> str | None:
    module = Module(name, Path())
    return next((group for group, each in GROUPS.items() if module.is_in(each.modules)), None)


def test_there_is_something_to_look_at() -> None:
    assert {"nodes", "engine", "facts.stages", "cli"} <= NAMES
    assert {"fixers.merge_runs", "fixers.add_to_copy"} <= {each.name for each in FIXER_MODULES}


@pytest.mark.parametrize("module", ENGINE_MODULES, ids=lambda each: each.name)
def test_a_module_imports_what_it_may(module: Module) -> None:
    ours, others = _imported(module)
    if module.is_in(COMMAND_LINE):
        assert others <= set(COMMAND_LINE_LIBRARIES)
        return
    group = _group_of(module.name)
    assert group is not None, f"dfix.{module.name} has no place in GROUPS"
    may = {*GROUPS[group].may} | ({group} if group != "ground" else set())
    wrong = {name for name in ours if _group_of(name) not in {*may, "patterns"}}
    assert wrong == set(), f"dfix.{module.name} must not import them"
    assert others <= set(GROUPS[group].libraries), f"dfix.{module.name} must not import them"


@pytest.mark.parametrize("library", ["lark", "tree_sitter"])
def test_a_parsing_library_has_one_importer(library: str) -> None:
    importers = [each.name for each in ENGINE_MODULES if library in _imported(each)[1]]
    assert importers == {"lark": ["lalr", "parser"], "tree_sitter": ["shell"]}[library]


@pytest.mark.parametrize("module", ENGINE_MODULES, ids=lambda each: each.name)
def test_nothing_but_its_callers_imports_the_command_line(module: Module) -> None:
    if not module.is_in(COMMAND_LINE):
        assert not {name for name in _imported(module)[0] if name.partition(".")[0] == "cli"}


@pytest.mark.parametrize("module", [*ENGINE_MODULES, *FIXER_MODULES], ids=lambda each: each.name)
def test_nothing_imports_a_fixer_by_its_name(module: Module) -> None:
    for _, name, names in _imports(module.tree):
        assert not name.startswith("dfix.fixers")
        assert name != "dfix" or "fixers" not in names


@pytest.mark.parametrize("module", FIXER_MODULES, ids=lambda each: each.name)
def test_a_fixer_imports_the_door_facts_and_siblings(module: Module) -> None:
    from dfix import _HOMES

    engine = {*_HOMES["dfix.engine"], *_HOMES.get("dfix.api", ())}
    for level, name, names in _imports(module.tree):
        if level:
            assert level == 1, "siblings only"
            assert all(each.startswith("_") for each in ([name] if name else names))
        elif name == "dfix":
            assert not engine & set(names), "a fixer proposes, the engine disposes"
            assert set(names) <= {each for home in _HOMES.values() for each in home}
        else:
            assert (
                name in FIXERS_PYTHON
                or name.partition(".")[0] == RECORDS
                or name.startswith("dfix.facts")
            )


@pytest.mark.parametrize("module", FIXER_MODULES, ids=lambda each: each.name)
def test_a_fixer_does_not_reach_outside(module: Module) -> None:
    called = {
        node.func.id
        for node in ast.walk(module.tree)
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name)
    }
    assert not called & {"open", "exec", "eval", "compile", "__import__", "input", "print"}


def test_the_grammar_is_data() -> None:
    assert [path.name for path in GRAMMAR.glob("*.py")] == ["__init__.py"]
    assert not list(_imports(ast.parse((GRAMMAR / "__init__.py").read_text("utf-8"))))


@pytest.mark.parametrize(
    "call",
    [
        pytest.param("import dfix", id="import"),
        pytest.param("sys.argv[1:] = ['--version']; from dfix.cli import run; run()", id="version"),
        pytest.param("sys.argv[1:] = ['--help']; from dfix.cli import run; run()", id="help"),
    ],
)
def test_starting_up_loads_no_parser_and_no_extra(call: str) -> None:
    heavy = (
        "dask",
        "distributed",
        "lark",
        "pyarrow",
        "tree_sitter",
        "tree_sitter_bash",
        "hcl2",
        "httpx",
        "jinja2",
        "lsprotocol",
        "packaging",
        "pygls",
        "ruamel",
    )
    code = (
        "import atexit, sys\n"
        f"heavy = {heavy!r}\n"
        "told = lambda: print(*(each for each in heavy if each in sys.modules), file=sys.stderr)\n"
        f"atexit.register(told)\n{call}\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=False, timeout=60
    )
    assert done.returncode == 0, done.stderr
    assert done.stderr.strip() == ""


def test_the_packages_are_the_folders() -> None:
    settings = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["tool"]["setuptools"]
    folders = {
        ".".join(("dfix", *path.parent.relative_to(SOURCES).parts))
        for path in SOURCES.rglob("__init__.py")
    }
    assert settings["packages"] == sorted({*folders, "dfix.fixers", "dfix.grammar"})
    for package, folder in settings["package-dir"].items():
        assert (ROOT / folder / "__init__.py").is_file(), package


@pytest.mark.parametrize("module", [*ENGINE_MODULES, *FIXER_MODULES], ids=lambda each: each.name)
def test_no_module_is_too_long(module: Module) -> None:
    lines = len(module.path.read_text("utf-8").splitlines())
    # An entry that is no longer needed goes as well.
    assert (lines > LONGEST_MODULE) is (module.name in LONGER), f"{lines} lines"
