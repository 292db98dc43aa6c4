"""What the code doesn't do, read from the code: doors through which others' portals were entered."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import pytest
from django.conf import settings

ROOT = Path(settings.BASE_DIR)
MODULES = sorted(path for folder in ("partnerships", "portal") for path in (ROOT / folder).rglob("*.py"))
TEMPLATES = sorted(path for path in (ROOT / "templates").rglob("*") if path.is_file())

MARKED_SAFE = {
    "partnerships/queries/prose.py": "cleaned by nh3 just there",
    "partnerships/queries/pictures.py": "made by format_html",
}
"""Where text is said to be HTML, and why it is."""
OPENS_PICTURES = "partnerships/editorial/renditions_process.py"
FORBIDDEN_CALLS = {
    "eval",
    "exec",
    "mark_safe",
    "SafeString",
    "RawSQL",
    "csrf_exempt",
    "cache_page",
    "xframe_options_exempt",
}
FORBIDDEN_METHODS = {"extra", "raw", "format_map"}
FORBIDDEN_MODULES = {
    "pickle",
    "marshal",
    "shelve",
    "yaml",
    "xml.etree",
    "xml.dom",
    "xml.sax",
    "lxml",
    "telnetlib",
    "ftplib",
}


def named(node: ast.AST) -> str:
    return ast.unparse(node) if isinstance(node, (ast.Name, ast.Attribute)) else ""


def faults_of(text: str, where: str = "") -> list[str]:
    """What a module does that it must not."""
    found = []
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, (ast.Import, ast.ImportFrom)):
            names = [one.name for one in node.names] if isinstance(node, ast.Import) else [node.module or ""]
            found += [
                f"{node.lineno}: import {one}"
                for one in names
                if any(one == bad or one.startswith(f"{bad}.") for bad in FORBIDDEN_MODULES)
            ]
        if not isinstance(node, ast.Call):
            continue
        name = named(node.func)
        last = name.rpartition(".")[2]
        if last in FORBIDDEN_CALLS or (isinstance(node.func, ast.Attribute) and node.func.attr in FORBIDDEN_METHODS):
            found.append(f"{node.lineno}: {name or node.func.attr}()")
        if last == "Markup" and where not in MARKED_SAFE:
            found.append(f"{node.lineno}: Markup()")
        if name.endswith("Image.open") and where != OPENS_PICTURES:
            found.append(f"{node.lineno}: Image.open()")
        if last == "format_html" and (
            len(node.args) + len(node.keywords) < 2 or isinstance(node.args[0], ast.JoinedStr)
        ):
            found.append(f"{node.lineno}: format_html without arguments of its own")
        if any(one.arg == "shell" and getattr(one.value, "value", None) for one in node.keywords):
            found.append(f"{node.lineno}: a shell")
        for one in node.keywords:
            if one.arg is None and re.search(
                r"request\.(GET|POST|data|query_params|headers|META|COOKIES)", ast.unparse(one.value)
            ):
                found.append(f"{node.lineno}: **{ast.unparse(one.value)}")
        if last in ("filter", "exclude", "get", "order_by", "annotate") and any(
            one.arg is None for one in node.keywords
        ):
            spread = " ".join(ast.unparse(one.value) for one in node.keywords if one.arg is None)
            if "request" in spread:
                found.append(f"{node.lineno}: {last}(**{spread})")
    return found


@pytest.mark.parametrize(
    "bad",
    [
        "Partner.objects.filter(**request.GET)",
        "Partner.objects.filter(**request.GET.dict())",
        "Form(**request.POST)",
        "Partner.objects.raw(sql)",
        "queryset.extra(where=[x])",
        "mark_safe(text)",
        "django.utils.safestring.mark_safe(text)",
        "Markup(text)",
        "format_html('<b>')",
        "format_html(f'<b>{x}</b>', 1)",
        "Image.open(file)",
        "PIL.Image.open(file)",
        "csrf_exempt(view)",
        "cache_page(60)(view)",
        "eval(text)",
        "subprocess.run(text, shell=True)",
        "import pickle",
        "from xml.etree import ElementTree",
    ],
)
def test_the_rule_sees_what_it_forbids(bad):
    assert faults_of(bad)


FRAMED = "xframe_options_exempt"
"""Cards alone may stand in other people's pages; what they may not do then, tests/public/test_embeds.py says."""


def test_no_module_does_it():
    wrong = []
    for path in MODULES:
        where = str(path.relative_to(ROOT))
        wrong += [f"{where}:{one}" for one in faults_of(path.read_text("utf-8"), where)]
    wrong = [one for one in wrong if not (one.startswith("partnerships/public/embeds.py:") and FRAMED in one)]
    assert wrong == []
    assert len(MODULES) > 150


def test_no_template_says_that_a_text_is_safe():
    """Two filters make HTML of texts, both of which clean it; nothing else is drawn as it stands."""
    wrong = []
    for path in TEMPLATES:
        text = path.read_text("utf-8")
        for found in re.finditer(
            r"\|\s*(safe|safeseq)\b|autoescape\s+(off|false)|\{%-?\s*debug|\bcsrf_exempt|javascript:", text
        ):
            wrong.append(f"{path.relative_to(ROOT)}: {found[0]}")
    assert wrong == []
    assert len(TEMPLATES) > 50
