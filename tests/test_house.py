"""Rules of the house, kept by reading the code: import directions, sizes, lists that must agree."""

from __future__ import annotations

import ast
import re
import tomllib
from pathlib import Path

import pytest

from bot import config
from bot.storage.database import migrations
from cogs import EXTENSIONS

ROOT = Path(__file__).parents[1]
MODULES = sorted([*(ROOT / "bot").rglob("*.py"), *(ROOT / "cogs").rglob("*.py")])
LONGEST = 260


def name_of(path: Path) -> str:
    return ".".join(path.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__")


def imports_of(path: Path) -> set[str]:
    """Return the full names of what a module imports, relative ones resolved."""
    found: set[str] = set()
    package = name_of(path) if path.name == "__init__.py" else name_of(path).rpartition(".")[0]
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            base = ".".join(filter(None, [package if node.level else "", node.module]))
            found |= {base} | {f"{base}.{alias.name}" for alias in node.names}
    return found


def within(name: str, *packages: str) -> bool:
    return any(name == package or name.startswith(f"{package}.") for package in packages)


ALLOWED = [
    # (what is imported, by whom alone)
    ("discord", ("cogs", "bot.client", "bot.sandbox")),
    ("aiosqlite", ("bot.storage",)),
    ("dotenv", ("bot.config",)),
    ("bot.storage", ("bot.storage", "bot.library", "bot.daily", "bot.app", "bot.client", "bot.check")),
    ("bot.sandbox", ("bot.sandbox", "bot.__main__")),
    ("cogs", ("cogs", "bot.app")),
    ("bot.client", ("cogs", "bot.app")),
]


@pytest.mark.parametrize(("imported", "importers"), ALLOWED, ids=[row[0] for row in ALLOWED])
def test_imports_point_one_way(imported: str, importers: tuple[str, ...]) -> None:
    wrong = [
        f"{name_of(path)} imports {found}"
        for path in MODULES
        for found in imports_of(path)
        if within(found, imported) and not within(name_of(path), *importers)
    ]
    assert not wrong


def test_text_is_pure() -> None:
    for path in (ROOT / "bot" / "text").glob("*.py"):
        assert not [
            name for name in imports_of(path) if within(name, "discord", "sqlite3", "asyncio", "os", "bot.library")
        ]


def test_a_cog_never_imports_another() -> None:
    for extension in EXTENSIONS:
        path = ROOT / Path(*extension.split(".")).with_suffix(".py")
        if path.exists():
            others = {other for other in EXTENSIONS if other not in {extension, "cogs.ui"}}
            assert not others & imports_of(path)


@pytest.mark.parametrize(
    ("pattern", "homes"),
    [
        (r"\bos\.environ\b|\bgetenv\b", {"bot.config"}),
        (r"datetime\.now\(|\btime\.time\(|utcnow|date\.today", {"bot.app", "bot.sandbox"}),
        (r"\b(?:SELECT|INSERT INTO|DELETE FROM|UPDATE \w+ SET)\b", {"bot.storage"}),
    ],
)
def test_some_things_happen_in_one_place(pattern: str, homes: set[str]) -> None:
    wrong = [
        name_of(path)
        for path in MODULES
        if re.search(pattern, path.read_text(encoding="utf-8")) and not within(name_of(path), *homes)
    ]
    assert not wrong


@pytest.mark.parametrize("path", MODULES, ids=name_of)
def test_a_module_has_one_idea_and_says_which(path: Path) -> None:
    source = path.read_text(encoding="utf-8")
    assert len(source.splitlines()) <= LONGEST
    if source.strip():
        assert ast.get_docstring(ast.parse(source)), "a module opens with a sentence on what it is for"


def test_every_cog_is_listed() -> None:
    with_setup = {
        name_of(path)
        for path in (ROOT / "cogs").rglob("*.py")
        if "\nasync def setup(" in path.read_text(encoding="utf-8")
    }
    assert with_setup == set(EXTENSIONS)


def test_the_example_of_env_names_every_setting() -> None:
    example = (ROOT / ".env.example").read_text(encoding="utf-8")
    assert tuple(re.findall(r"^#?\s?([A-Z_]+)=", example, re.MULTILINE)) == config.NAMES


def test_every_command_stands_in_the_readme_with_its_options() -> None:
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    for path in (ROOT / "cogs").glob("*.py"):
        group = re.search(r'group_name="(\w+)"', path.read_text(encoding="utf-8"))
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.AsyncFunctionDef) and any(
                "'command'" in ast.dump(d) for d in node.decorator_list
            ):
                name = node.name.rstrip("_")
                assert ast.get_docstring(node), name
                assert f"`/{f'{group[1]} ' if group else ''}{name}" in readme, name


def test_migrations_are_numbered_without_a_gap() -> None:
    for kind in ("library", "state"):
        names = sorted(path.name for path in (ROOT / "bot" / "storage" / "migrations" / kind).glob("*.sql"))
        assert [int(name[:4]) for name in names] == list(range(1, len(names) + 1))
        assert len(migrations(kind)) == len(names)


def test_requirements_are_hashed_and_name_no_host() -> None:
    for path in (ROOT / "requirements").glob("*.txt"):
        content = path.read_text(encoding="utf-8")
        assert "://" not in content
        assert "index-url" not in content
        for requirement in re.findall(r"^\S+==.*(?:\n .*)*", content, re.MULTILINE):
            assert "--hash=sha256:" in requirement


def test_every_package_is_installed() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    packages = {name_of(path) for path in MODULES if path.name == "__init__.py"}
    assert set(project["tool"]["setuptools"]["packages"]) == packages
