"""The examples of docs/api.md, taken from its Markdown and run: curl, Python and JavaScript say the same."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
import sys
from itertools import pairwise

import pytest
from django.conf import settings

from tests.contract.serving import serving  # noqa: F401 (fixture)

pytestmark = pytest.mark.contract
BLOCK = re.compile(r"```(sh|python|js)\n(.*?)```", re.DOTALL)
RUN = {
    "sh": ["bash", "-euo", "pipefail", "-c"],
    "python": [sys.executable, "-c"],
    "js": ["node", "--input-type=module", "--eval"],
}


def test_every_example_runs_and_says_the_same_in_each_language(serving):  # noqa: F811
    for tool in ("curl", "node"):
        assert shutil.which(tool), f"`{tool}` is needed: apt-get install curl nodejs"
    guide = (settings.BASE_DIR / "docs" / "api.md").read_text("utf-8")
    blocks = [(language, text) for language, text in BLOCK.findall(guide) if "http://localhost:8000" in text]
    said: list[tuple[str, str]] = []
    for language, text in blocks:
        here = text.replace("http://localhost:8000", serving)
        run = subprocess.run([*RUN[language], here], capture_output=True, text=True, timeout=600)
        assert run.returncode == 0, (text, run.stderr)
        assert run.stdout.strip(), text
        if language == "sh" and run.stdout.startswith("{"):
            answer, _end = json.JSONDecoder().raw_decode(run.stdout)
            assert ("statsu" in text) == ("type" in answer and "status" in answer), text
        said.append((language, run.stdout))
    twice = [(one[1], other[1]) for one, other in pairwise(said) if (one[0], other[0]) == ("python", "js")]
    assert len(twice) >= 8
    for python, javascript in twice:
        assert python == javascript
