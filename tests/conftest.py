"""Shared by all tests: the root of the book, and copies of it to break."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

pytest_plugins = ["site_under_test"]
ROOT = Path(__file__).resolve().parents[1]
PARTS = ("_config.yml", "_toc.yml", "CITATION.cff", "_static", "_templates", "chapters", "data", "pyproject.toml")


@pytest.fixture
def book(tmp_path):
    """A copy of the book (in a folder with a space in its name) that a test may break."""
    copy = tmp_path / "a book"
    copy.mkdir()
    for name in PARTS:
        source = ROOT / name
        if source.is_dir():
            shutil.copytree(source, copy / name, ignore=shutil.ignore_patterns("__pycache__", ".ipynb_checkpoints"))
        else:
            shutil.copy(source, copy / name)
    return copy


def python(folder: Path, *arguments: str) -> subprocess.CompletedProcess:
    """Run Python in a copy of the book, with that copy's own story/."""
    environment = os.environ | {"PYTHONPATH": str(folder / "chapters")}
    return subprocess.run([sys.executable, *arguments], cwd=folder, env=environment, capture_output=True, text=True)
