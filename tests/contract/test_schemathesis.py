"""Schemathesis asks everything that the schema allows, and much that it doesn't, of a public process over the real content."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.contract.serving import serving  # noqa: F401 (fixture)

pytestmark = pytest.mark.contract
HERE = Path(__file__).resolve().parent


def test_no_check_fails(serving, tmp_path):  # noqa: F811
    (tmp_path / "schemathesis.toml").write_text('hooks = "tests.contract.hooks"\n')
    examples = os.environ.get("EXAMPLES", "2")
    command = [
        str(Path(sys.executable).parent / "schemathesis"), "run", f"{serving}/api/v1/schema/", "--checks", "all", "--phases",
        "examples,coverage,fuzzing", "-n", examples, "--workers", "2", "--continue-on-failure", "--no-color", "--seed", "1",
        "--generation-database", "none",
    ]  # fmt: skip
    environment = os.environ | {"CONTRACT_URL": f"{serving}/api/v1/", "PYTHONPATH": str(HERE.parent.parent)}
    run = subprocess.run(command, cwd=tmp_path, env=environment, capture_output=True, text=True, timeout=2400)
    print(run.stdout[run.stdout.find("=== SUMMARY") :])
    assert run.returncode == 0, run.stdout[-6000:]
