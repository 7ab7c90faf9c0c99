import json
import re
import signal
import socket
import sqlite3
import subprocess
import sys
import urllib.request

import pytest

ANA = "6543210987654321"


@pytest.fixture
def sandbox(tmp_path, environment):
    """Start `adaptor sandbox` and give its process and what it says first."""
    started = []

    def start(*arguments):
        process = subprocess.Popen(
            [sys.executable, "-m", "adaptor", "sandbox", "--port", "0", *arguments],
            cwd=tmp_path,
            env=environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        started.append(process)
        lines = []
        while not lines or (lines[-1] and not lines[-1].startswith("Ctrl-C")):
            lines.append(process.stdout.readline())
        return process, "".join(lines)

    yield start
    for process in started:
        if process.poll() is None:
            process.kill()
        process.communicate()


def fact(said, name):
    return re.search(rf"^  {name} +(.+)$", said, re.MULTILINE)[1]


def ask(url, token=None, body=None):
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    request = urllib.request.Request(url, None if body is None else json.dumps(body).encode())
    request.add_header("Content-Type", "application/json")
    if token:
        request.add_header("Authorization", f"Bearer {token}")
    with opener.open(request, timeout=60) as answer:
        return answer.read().decode()


def test_it_says_where_it_is_and_any_program_can_use_it(sandbox):
    _, said = sandbox()
    url, token = fact(said, "base URL"), fact(said, "access token")
    message = {"recipient": {"id": ANA}, "messaging_type": "RESPONSE", "message": {"text": "hello"}}
    assert '"message_id"' in ask(f"{url}/v26.0/me/messages", token, message)
    assert fact(said, "chat page") == f"{url}/sandbox/"
    assert '<div id="app">' in ask(fact(said, "chat page"))


@pytest.mark.parametrize("how", [signal.SIGINT, signal.SIGTERM])
def test_it_ends_cleanly(sandbox, how):
    process, said = sandbox()
    ask(fact(said, "chat page"))
    process.send_signal(how)
    _, error = process.communicate(timeout=60)
    assert (process.returncode, error) == (0, "Ended. 0 messages accepted, 0 refused.\n")


def test_people_come_from_a_file_whose_token_is_not_printed(sandbox, tmp_path):
    settings = {"access_token": "EAAG-a-real-one-perhaps", "people": [{"id": ANA, "first_name": "Ana"}]}
    (tmp_path / "people.json").write_text(json.dumps(settings))
    _, said = sandbox("--people", "people.json")
    assert fact(said, "access token") == "the one that was given"
    assert "EAAG" not in said
    people = json.loads(ask(f"{fact(said, 'chat page')}people"))["people"]
    assert [person["name"] for person in people] == ["Ana"]


@pytest.mark.long
def test_what_is_kept_is_there_again(sandbox, tmp_path):
    process, said = sandbox("--keep", "kept.db")
    message = {"recipient": {"id": ANA}, "messaging_type": "RESPONSE", "message": {"text": "hello"}}
    ask(f"{fact(said, 'base URL')}/v26.0/me/messages", fact(said, "access token"), message)
    process.send_signal(signal.SIGINT)
    process.communicate(timeout=60)
    kept = sqlite3.connect(tmp_path / "kept.db")
    assert kept.execute("SELECT count(*) FROM records").fetchone() == (1,)
    kept.close()
    _, again = sandbox("--keep", "kept.db")
    assert fact(again, "access token") == fact(said, "access token")
    assert json.loads(ask(f"{fact(again, 'chat page')}room?thread={ANA}"))["total"] == 1


@pytest.mark.long
def test_a_credentials_file_is_written_with_which_a_job_finds_the_sandbox(sandbox, adaptor, tmp_path):
    """It is the owner's alone, and replaces the file of an earlier sandbox, whatever mode that had."""
    file = tmp_path / "there.json"
    file.write_text('{"base_url": "http://127.0.0.1:1", "access_token": "SANDBOX-old"}')
    file.chmod(0o644)
    _, said = sandbox("--credentials", "there.json")
    assert fact(said, "credentials") == "there.json"
    given = json.loads(file.read_text())
    assert given == {"base_url": fact(said, "base URL"), "access_token": fact(said, "access token")}
    assert file.stat().st_mode & 0o777 == 0o600
    assert sorted(each.name for each in tmp_path.iterdir()) == ["there.json"]
    done = adaptor(f"send_text({ANA!r}, 'hello')", "-c", "there.json")
    assert done.code == 0
    assert json.loads(ask(f"{fact(said, 'chat page')}room?thread={ANA}"))["total"] == 1


REAL = [
    '{"access_token": "EAAG-a-real-one"}',
    '{"access_token": "EAAG-a-real-one", "base_url": "https://graph.facebook.com"}',
    '{"base_url": "http://127.0.0.1:1", "access_token": "x", "app_secret": "mine"}',
    "[]",
    "",
]


@pytest.mark.parametrize("text", REAL)
def test_a_credentials_file_that_is_no_sandboxs_is_not_replaced(adaptor, tmp_path, text):
    (tmp_path / "mine.json").write_text(text)
    done = adaptor(None, "--port", "0", "--credentials", "mine.json", command="sandbox")
    assert done.code == 2
    assert "mine.json holds something else" in done.err
    assert "--overwrite" in done.err
    assert "EAAG" not in done.err
    assert (tmp_path / "mine.json").read_text() == text


def test_it_is_replaced_where_that_is_wanted(sandbox, tmp_path):
    (tmp_path / "mine.json").write_text(REAL[0])
    _, said = sandbox("--credentials", "mine.json", "--overwrite")
    assert json.loads((tmp_path / "mine.json").read_text())["base_url"] == fact(said, "base URL")


def test_a_credentials_file_that_cannot_be_written_starts_nothing(adaptor):
    done = adaptor(None, "--port", "0", "--credentials", "nowhere/there.json", command="sandbox")
    assert done.code == 2
    assert "its folder does not exist" in done.err


def test_a_port_that_is_taken_is_told(adaptor):
    with socket.create_server(("127.0.0.1", 0)) as taken:
        done = adaptor(None, "--port", str(taken.getsockname()[1]), command="sandbox")
    assert done.code == 2
    assert "cannot listen on port" in done.err
    assert "Give another --port" in done.err


@pytest.mark.parametrize("port", ["x", "-1", "65536"])
def test_a_port_that_is_none_is_refused(adaptor, port):
    done = adaptor(None, f"--port={port}", command="sandbox")
    assert done.code == 2
    assert "port from 0 to 65535" in done.err


def test_people_that_cannot_be_read_are_told(adaptor):
    done = adaptor(None, "--people", "nobody.json", command="sandbox")
    assert done.code == 2
    assert "nobody.json: cannot be read" in done.err


@pytest.mark.long
def test_a_run_with_open_stays_until_it_is_interrupted(tmp_path, environment):
    (tmp_path / "job.py").write_text("send_text('6543210987654321', 'hello')")
    process = subprocess.Popen(
        [sys.executable, "-m", "adaptor", "run", "job.py", "--sandbox", "--open", "--preview", "seen.html"],
        cwd=tmp_path,
        # A browser that does nothing.
        env={**environment, "BROWSER": "true"},
        stderr=subprocess.PIPE,
        text=True,
    )
    try:
        line = next(line for line in process.stderr if "Have a look at" in line)
        page = re.search(r"http://\S+/sandbox/", line)[0]
        assert json.loads(ask(f"{page}room?thread={ANA}"))["items"][0]["payload"] == {"text": "hello"}
        assert (tmp_path / "seen.html").exists()
        process.send_signal(signal.SIGINT)
        process.communicate(timeout=60)
        assert process.returncode == 0
    finally:
        process.kill()
        process.communicate()
