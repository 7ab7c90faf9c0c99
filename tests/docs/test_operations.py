"""The page of all operations, which is made from the docstrings."""

import re

import adaptor

from .page import ROOT

PAGE = ROOT / "docs" / "operations.md"
COMMAND = "adaptor docs --format markdown > docs/operations.md"


def test_it_is_what_the_docstrings_say(forks):
    made = forks.run(["docs", "--format", "markdown"], cwd=ROOT)
    assert made.returncode == 0, made.stderr
    assert PAGE.read_text(encoding="utf-8") == made.stdout, f"make it anew: {COMMAND}"


def test_every_operation_and_every_error_has_a_heading():
    headings = set(re.findall(r"^### (\S+)$", PAGE.read_text(encoding="utf-8"), re.MULTILINE))
    named = {
        name for name in adaptor.__all__ if name not in ("__version__", "http", "collections", "Operation", "State")
    }
    assert named - headings == set()
    for space in ("http", "collections"):
        assert {f"{space}.{name}" for name in getattr(adaptor, space).__all__} <= headings


def test_a_single_operation_can_be_had(forks):
    made = forks.run(["docs", "--format", "markdown", "send_text"], cwd=ROOT)
    assert "### send_text\n\n```python\nsend_text(\n    recipient,\n    text,\n    *,\n" in made.stdout
    assert "### send_image" not in made.stdout
