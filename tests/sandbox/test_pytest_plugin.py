import subprocess
import sys
from pathlib import Path

import pytest

ANA = "6543210987654321"


@pytest.fixture
def project(tmp_path):
    """A project of somebody else's that tests with this package installed."""

    def run(text):
        (tmp_path / "test_it.py").write_text(text, encoding="utf-8")
        command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", str(tmp_path)]
        return subprocess.run(command, capture_output=True, text=True, cwd=tmp_path)

    return run


@pytest.mark.long
def test_the_sandbox_is_a_fixture_wherever_the_package_is_installed(project):
    done = project(
        "import json, urllib.request\n"
        "def test_it(sandbox):\n"
        '    body = json.dumps({"recipient": {"id": "1"}, "message": {"text": "hi"}, '
        '"access_token": sandbox.access_token})\n'
        '    request = urllib.request.Request(sandbox.url + "/me/messages", body.encode(), '
        '{"Content-Type": "application/json"})\n'
        "    urllib.request.build_opener(urllib.request.ProxyHandler({})).open(request, timeout=60).close()\n"
        '    sandbox.assert_sent("1", text="hi")\n'
        "def test_another(start_sandbox):\n"
        '    strict = start_sandbox(people=[{"id": "1", "first_name": "Ana"}], require_proof=False)\n'
        '    assert strict.person("1").name == "Ana"\n'
    )
    assert "2 passed" in done.stdout, done.stdout + done.stderr


@pytest.mark.long
def test_a_test_that_uses_no_fixture_loads_nothing(project):
    done = project(
        "import sys\n"
        "def test_it():\n"
        '    assert not [name for name in sys.modules if name.startswith("adaptor.sandbox.")\n'
        '        and name != "adaptor.sandbox.pytest_plugin"]\n'
        '    assert not {"requests", "jsonpath_ng", "sqlite3"} & set(sys.modules)\n'
    )
    assert "1 passed" in done.stdout, done.stdout + done.stderr


def test_the_sandbox_of_a_test_is_stopped_with_it(start_sandbox):
    sandbox = start_sandbox()
    assert sandbox.url.startswith("http://127.0.0.1:")


def test_a_test_finds_what_its_code_sent(sandbox):
    import requests

    session = requests.Session()
    session.trust_env = False
    with session:
        session.post(
            f"{sandbox.url}/v26.0/me/messages",
            json={"recipient": {"id": ANA}, "message": {"text": "hi"}},
            headers={"Authorization": f"Bearer {sandbox.access_token}"},
            timeout=60,
        )
    sandbox.assert_sent(ANA, text="hi", times=1)


@pytest.mark.long
def test_the_test_of_the_example_passes():
    hello = Path(__file__).parents[2] / "examples" / "hello"
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", str(hello)]
    done = subprocess.run(command, capture_output=True, text=True, cwd=hello)
    assert "2 passed" in done.stdout, done.stdout + done.stderr
