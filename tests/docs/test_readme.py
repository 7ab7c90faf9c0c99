"""The README works as it stands there: in these tests quickly, and once in a shell of its own from a fresh clone."""

import json
import os
import re
import shutil
import subprocess
import sys

import pytest

from .page import ROOT, blocks
from .reader import Reader, ShellReader

README = ROOT / "README.md"
PIP = ("run", "test")


def test_it_has_at_most_180_lines():
    assert len(README.read_text(encoding="utf-8").splitlines()) <= 180


@pytest.mark.parametrize("kind", PIP)
def test_it_has_one_command_to_run_and_one_to_test(kind):
    (command,) = [block.text for block in blocks(README) if kind in block.marks]
    assert re.fullmatch(r"python3 -m venv \.venv && \.venv/bin/pip install -q [^\n]+\n", command)


def test_the_first_page_of_the_site_installs_as_it_does():
    (command,) = [block.text for block in blocks(README) if "run" in block.marks]
    (site,) = [block.text for block in blocks(ROOT / "docs" / "index.md") if "run" in block.marks]
    install, activate = site.splitlines()
    assert command.startswith(f"{install} && ")
    assert activate in README.read_text(encoding="utf-8")


@pytest.mark.long
def test_every_other_block_of_it_works(tmp_path, forks):
    folder = tmp_path / "reader"
    (folder / ".venv" / "bin").mkdir(parents=True)
    (folder / ".venv" / "bin" / "activate").touch()
    people = [{"psid": "6543210987654321", "first_name": "Ana", "day": "2026-12-01"}]
    (folder / "state.json").write_text(json.dumps({"data": {"appointments": people}}))
    reader = Reader(folder, forks)
    try:
        for block in blocks(README):
            if not set(PIP) & set(block.marks):
                reader.follow(block)
    finally:
        reader.close()


@pytest.mark.long
def test_it_works_from_a_fresh_clone_in_an_empty_folder_with_only_python(tmp_path, forks):
    clone = tmp_path / "clone"
    if (ROOT / ".git").exists():
        subprocess.run(["git", "clone", "-q", "--depth", "1", f"file://{ROOT}", clone], check=True, timeout=60)
    else:  # An export without a history is as fresh, but for what tests leave there.
        shutil.copytree(ROOT, clone, ignore=shutil.ignore_patterns(".*", "__pycache__", "build", "site"))
    bin_ = tmp_path / "bin"
    bin_.mkdir()
    (bin_ / "python3").symlink_to(os.path.realpath(sys.executable))
    kept = {key: value for key, value in os.environ.items() if key.startswith("PIP_") or key.lower().endswith("_proxy")}
    environment = {**kept, "PATH": f"{bin_}:/usr/bin:/bin", "HOME": str(tmp_path), "LANG": "C.UTF-8"}
    assert not shutil.which("adaptor", path=environment["PATH"])
    reader = ShellReader(clone, forks, environment)
    try:
        for block in blocks(clone / "README.md"):
            if block.language == "python" and block.title is None:
                continue  # The job at the top has no state yet; the test above runs it.
            # The second command is these tests: `.ci/run` performs it.
            if "test" not in block.marks:
                reader.follow(block)
    finally:
        reader.close()
