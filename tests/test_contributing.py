"""What CONTRIBUTING.md says about adding an operation works: done in a copy of the package, to the letter."""

import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
TEXT = (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8")
(EXAMPLE,) = re.findall(r"^## Add an operation\n(.*?)^## ", TEXT, re.MULTILINE | re.DOTALL)
FILE, LINE = re.findall(r"^```python\n(.*?)^```$", EXAMPLE, re.MULTILINE | re.DOTALL)
PATH = FILE.splitlines()[0].removeprefix("# ")


@pytest.fixture(scope="module")
def copy(tmp_path_factory):
    """Return a folder with a copy of the package in which the example was carried out."""
    folder = tmp_path_factory.mktemp("copy")
    shutil.copytree(ROOT / "adaptor", folder / "adaptor", ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copy(ROOT / "configuration-schema.json", folder)
    (folder / PATH).write_text(FILE, encoding="utf-8")
    stub = folder / "adaptor" / "__init__.pyi"
    stub.write_text(stub.read_text(encoding="utf-8") + LINE, encoding="utf-8")
    return folder


def python(copy, *arguments, cwd=None):
    environment = {name: value for name, value in os.environ.items() if not name.startswith("ADAPTOR_")}
    done = subprocess.run(
        [sys.executable, *arguments],
        cwd=cwd or copy,
        env={**environment, "PYTHONPATH": str(copy), "MYPYPATH": str(copy)},
        capture_output=True,
        encoding="utf-8",
        timeout=120,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


@pytest.mark.long
def test_the_new_operation_runs(copy, httpserver, tmp_path):
    page = {"data": [{"id": "1", "name": "Ana"}]}
    httpserver.expect_request(
        re.compile(r".*/me/messenger_lead_forms"), query_string="fields=id%2Cname"
    ).respond_with_json(page)
    (tmp_path / "job.py").write_text("list_lead_forms()\n")
    credentials = {"access_token": "EAAG-the-token", "base_url": httpserver.url_for("").rstrip("/")}
    (tmp_path / "c.json").write_text(json.dumps(credentials))
    told = python(copy, "-m", "adaptor", "run", "job.py", "-c", "c.json", "-O", cwd=tmp_path)
    assert json.loads(told)["data"] == page["data"]


@pytest.mark.long
def test_its_documentation_and_its_permission_are_known(copy):
    assert "me/messenger_lead_forms" in python(copy, "-m", "adaptor", "docs", "list_lead_forms")
    script = "from adaptor import list_lead_forms; print(*list_lead_forms().needs().permissions)"
    assert python(copy, "-c", script) == "pages_messaging\n"


@pytest.mark.long
def test_type_checkers_know_it(copy, tmp_path):
    (tmp_path / "job.py").write_text(
        "from adaptor import each, list_lead_forms, log, state\n\n"
        "each(list_lead_forms(limit=5), log(state.data.name))\n"
        'list_lead_forms(limt="5")  # type: ignore[call-arg]\n'
    )
    python(copy, "-m", "mypy", "--strict", "--cache-dir", str(tmp_path / "cache"), "job.py", cwd=tmp_path)


def test_the_style_of_the_example_is_ours(copy):
    python(copy, "-m", "ruff", "check", "--config", str(ROOT / "pyproject.toml"), PATH)


def test_what_it_names_is_there():
    named = re.findall(r"`((?:\w+/)+\w+\.(?:py|pyi|md))`", TEXT)
    assert len(named) > 20
    for path in set(named) - {PATH}:
        assert (ROOT / path).exists() or (ROOT / "adaptor" / path).exists(), path


def test_the_names_of_the_road_are_where_it_says():
    (road,) = re.findall(r"^## The road of a message\n(.*?)^## ", TEXT, re.MULTILINE | re.DOTALL)
    steps = re.findall(r"^\d+\. `([\w/.]+)`: (.*)$", road, re.MULTILINE)
    assert len(steps) == 10
    for path, sentence in steps:
        source = (ROOT / "adaptor" / path).read_text(encoding="utf-8")
        for name in re.findall(r"`(\w+)`", sentence):
            assert re.search(rf"\b{name}\b", source), (path, name)
