"""The house is in order: imports go one way, names are exact, types and style hold."""

import ast
import importlib
import re
import subprocess
import sys
from pathlib import Path

import pytest

import adaptor

ROOT = Path(__file__).parent.parent


def run(*command: str) -> None:
    done = subprocess.run([sys.executable, "-m", *command], cwd=ROOT, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout + done.stderr


@pytest.mark.long
def test_mypy_accepts_the_package_in_strict_mode():
    run("mypy", "--strict", "adaptor")


@pytest.mark.long
def test_mypy_accepts_the_examples_in_strict_mode():
    for job in sorted((ROOT / "examples").glob("*/job.py")):
        run("mypy", "--strict", str(job))


@pytest.mark.long
def test_benchmarks_measure_what_is_there():
    # A benchmark is run by hand or late; a name that is gone should not be found only then.
    known = ("union-attr", "func-returns-value", "import-untyped")
    run("mypy", *(f"--disable-error-code={code}" for code in known), *map(str, sorted(ROOT.glob("benchmarks/*.py"))))


@pytest.mark.long
def test_mypy_refuses_a_wrong_argument(tmp_path):
    script = tmp_path / "job.py"
    script.write_text(
        "from adaptor import http, send_text\n\n"
        'send_text("1", 5)\nsend_text("1", "hi", quick_reply=[])\nhttp.get("https://example.org", query=5)\n'
    )
    done = subprocess.run(
        [sys.executable, "-m", "mypy", "--strict", str(script)], cwd=ROOT, capture_output=True, text=True
    )
    assert "[arg-type]" in done.stdout, done.stdout
    assert "[call-arg]" in done.stdout, done.stdout
    assert 'Argument "query" to "get"' in done.stdout, done.stdout


@pytest.mark.long
def test_ruff_finds_nothing():
    run("ruff", "check", ".")


@pytest.mark.long
def test_everything_is_formatted():
    run("ruff", "format", "--check", ".")


def test_a_folder_can_be_taken_in_at_a_glance():
    folders = (path for path in (ROOT / "adaptor").rglob("*") if path.is_dir() and path.name != "__pycache__")
    modules = {folder: [file for file in folder.glob("*.py") if file.name != "__init__.py"] for folder in folders}
    assert {str(folder): len(files) for folder, files in modules.items() if len(files) > 16} == {}


@pytest.mark.long
def test_imports_go_one_way():
    linter = Path(sys.executable).with_name("lint-imports")
    done = subprocess.run([linter, "--no-cache"], cwd=ROOT, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout + done.stderr


def test_every_public_name_is_there():
    assert adaptor.__all__ == sorted(adaptor.__all__)
    for name in adaptor.__all__:
        assert getattr(adaptor, name) is not None


@pytest.mark.parametrize("space", [adaptor.http, adaptor.collections])
def test_the_names_inside_a_namespace_are_sorted_and_exact(space):
    operations = [name for name, value in vars(space).items() if hasattr(value, "__operation__")]
    assert space.__all__ == sorted(operations)


def test_an_unknown_name_inside_a_namespace_is_answered_with_those_that_are_there():
    with pytest.raises(AttributeError, match=r"`collections` has no `Counter`.* after: import collections"):
        adaptor.collections.Counter
    with pytest.raises(AttributeError, match="`http` has no `gett`; it has delete, get, patch, post, put, request"):
        adaptor.http.gett


def test_type_checkers_see_the_same_names_as_programs():
    tree = ast.parse((ROOT / "adaptor" / "__init__.pyi").read_text(encoding="utf-8"))
    seen = {alias.name: node.module for node in tree.body if isinstance(node, ast.ImportFrom) for alias in node.names}
    assert seen == adaptor._MODULES


def test_an_unknown_name_is_an_attribute_error():
    with pytest.raises(AttributeError, match="no attribute 'sned_text'"):
        adaptor.sned_text


def test_the_schema_in_the_package_is_the_one_at_the_top():
    import json

    from adaptor.core.config import schema

    assert schema() == json.loads((ROOT / "configuration-schema.json").read_text(encoding="utf-8"))


def test_a_job_that_sends_nothing_loads_nothing_heavy(tmp_path):
    heavy = ["requests", "sqlite3", "jsonpath_ng", "jsonschema", "werkzeug", "inspect", "logging"]
    heavy += ["zoneinfo", "shtab", "yaml"]
    job = tmp_path / "job.py"
    job.write_text("fn(lambda state: state)\ndata_value('a.b')\n".replace("data_value('a.b')", "log(data_value('a'))"))
    script = (
        "import sys\n"
        "from adaptor.cli.main import main\n"
        "try:\n"
        f"    main(['run', {str(job)!r}, '-l', 'error'])\n"
        "except SystemExit as end:\n"
        "    assert end.code == 0, end.code\n"
        f"loaded = set({heavy}) & set(sys.modules)\nassert not loaded, loaded\n"
    )
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, cwd=ROOT)
    assert done.returncode == 0, done.stderr


def test_a_call_that_is_only_described_loads_nothing_heavy():
    heavy = ["requests", "urllib3", "inspect", "logging", "json"]
    script = (
        "import sys\nfrom adaptor import http\nhttp.post('https://example.org', body=[1])\n"
        f"loaded = set({heavy}) & set(sys.modules)\nassert not loaded, loaded\n"
    )
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, cwd=ROOT)
    assert done.returncode == 0, done.stderr


def test_every_module_can_be_imported_alone():
    for file in sorted((ROOT / "adaptor").rglob("*.py")):
        # A project's first script is one: the loader of scripts loads it.
        if file.name != "__main__.py" and file.parent != ROOT / "adaptor" / "cli" / "project":
            parts = file.relative_to(ROOT).with_suffix("").parts
            importlib.import_module(".".join(part for part in parts if part != "__init__"))


def test_no_module_is_longer_than_400_lines():
    long = {
        str(file.relative_to(ROOT)): count
        for file in (ROOT / "adaptor").rglob("*.py")
        # The list of all names is as long as the vocabulary.
        if file != ROOT / "adaptor" / "__init__.py"
        and (count := len(file.read_text(encoding="utf-8").splitlines())) > 400
    }
    assert not long


@pytest.mark.long
def test_no_test_reads_files_beside_the_project():
    # Tests hold their own data: what lies beside a checkout is not there in a clone.
    for file in sorted((ROOT / "tests").rglob("*.py")):
        text = file.read_text(encoding="utf-8")
        for start in re.finditer(r"Path\(__file__\)((?:\.parents?\b(?:\[\d+\])?)*)", text):
            up = sum(int(index or 0) + 1 for index in re.findall(r"\.parents\[(\d+)\]|\.parent\b", start[1]))
            assert up <= len(file.relative_to(ROOT).parts), f"{file}: {start[0]} leads out of the project"
        for node in ast.walk(ast.parse(text)):
            if isinstance(node, ast.Attribute) and node.attr in ("parent", "parents"):
                assert ast.unparse(node.value) != "ROOT", f"{file}:{node.lineno}: leads out of the project"
