"""The road of a message from the job to the wire: one way down, and light."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

import adaptor
from adaptor import send_text, state
from adaptor.core.run.context import Run
from adaptor.ledger.ledger import Ledger
from adaptor.ledger.records import RunRecord
from adaptor.ledger.store import IN_MEMORY, open_store

PACKAGE = os.path.dirname(adaptor.__file__) + os.sep
ROOMS = ["core", "wire", "ledger", "common", "graph", "messenger", "runner", "cli"]
PSID = "6543210987654321"


def room(frame: Any) -> int | None:
    file = frame.f_code.co_filename
    name = file[len(PACKAGE) :].split(os.sep)[0] if file.startswith(PACKAGE) else ""
    return ROOMS.index(name) if name in ROOMS else None


def climbs(do: Any) -> list[str]:
    """Return the calls into a higher room that something makes."""
    found = []

    def watch(frame: Any, event: str, _: Any) -> None:
        here = room(frame) if event == "call" else None
        if here is None:
            return
        caller = frame.f_back
        while caller is not None and room(caller) is None:
            caller = caller.f_back
        if caller is not None and here > (room(caller) or 0):
            found.append(f"{caller.f_code.co_qualname} -> {frame.f_code.co_qualname}")

    sys.setprofile(watch)
    try:
        do()
    finally:
        sys.setprofile(None)
    return found


def test_a_send_is_called_upwards_four_times_at_most(httpserver):
    answer = {"recipient_id": PSID, "message_id": "m_1"}
    httpserver.expect_request("/v26.0/me/messages").respond_with_json(answer)
    before = {"data": {"psid": PSID}, "configuration": {"access_token": "t", "base_url": httpserver.url_for("")}}

    def send() -> None:
        send_text(state.data.psid, "Hello")(before)

    ledger = Ledger.begin(open_store(IN_MEMORY), RunRecord("r1", "/jobs/job.py", "job", "input"))
    with Run(ledger=lambda: ledger):
        # Modules are imported at the first time.
        send()
        found = climbs(send)
    assert found == [
        "builder_of.<locals>.build -> GraphOperation.__init__",
        "GraphOperation.__init__ -> send_text",
        "Operation.__call__ -> GraphOperation.perform",
        "GraphOperation.calls -> SendDraft.calls",
    ]


def loaded_by(words: list[str], folder: Path, *, first: str = "") -> set[str]:
    """Return the modules that a command loads.

    Args:
        words: Of the command.
        folder: Where it runs.
        first: What is imported before, and does not count.
    """
    script = (
        f"import sys, json{first}\nbefore = {{*sys.modules}}\nfrom adaptor.cli.main import main\n"
        f"try:\n    main({words!r})\nexcept SystemExit as end:\n    assert end.code == 0, end\n"
        "print(json.dumps(sorted({*sys.modules} - before)))\n"
    )
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, cwd=folder)
    assert done.returncode == 0, done.stderr
    return set(json.loads(done.stdout))


def ours(modules: set[str]) -> set[str]:
    return {name.removeprefix("adaptor.") for name in modules if name.startswith("adaptor.")}


#: What neither job needs: each is imported for an option, an error, or a job that uses it.
SELDOM_USED = {
    *("cli.options.confirm", "cli.options.curl", "core.restored", "core.values.missing"),
    *("runner.output.files", "runner.output.shown_commands", "runner.problems.covered"),
    *("common.rows.csv", "core.values.jsonpath", "ledger.collections", "ledger.database.postgres"),
    *("graph.batch_request", "graph.listing", "wire.address", "wire.headers", "wire.upload"),
    *("messenger.content.buttons", "messenger.content.quick_replies", "messenger.content.templates"),
    *("common.calculation", "common.rows.sources", "common.times"),
}


def test_a_job_that_does_nothing_loads_what_it_uses(tmp_path: Path):
    (tmp_path / "job.py").write_text("fn(lambda state: state)\n")
    loaded = loaded_by(["run", "job.py"], tmp_path)
    assert loaded & {"copy", "dataclasses", "inspect", "shlex", "tempfile", "typing", "weakref"} == set()
    found = ours(loaded)
    rooms = {name.partition(".")[0] for name in found}
    assert rooms == {"cli", "core", "runner"}
    assert found & SELDOM_USED == set()
    # A module takes 0.1 ms, however small it is.
    assert len(found) <= 75, sorted(found)


@pytest.mark.long
def test_a_job_that_sends_loads_what_it_uses(sandbox, tmp_path: Path):
    (tmp_path / "job.py").write_text(f'send_text("{PSID}", "Hello")\n')
    credentials = tmp_path / "c.json"
    credentials.write_text(f'{{"access_token": "{sandbox.access_token}", "base_url": "{sandbox.url}"}}')
    credentials.chmod(0o600)
    # From Python 3.14, `logging` loads both, which requests needs.
    loaded = loaded_by(["run", "job.py", "-c", "c.json"], tmp_path, first=", requests")
    assert loaded & {"dataclasses", "inspect", "jsonschema", "secrets", "shlex"} == set()
    found = ours(loaded)
    assert found & SELDOM_USED == set()
    assert len(found) <= 158, sorted(found)
    assert [message.text for message in sandbox.messages] == ["Hello"]


def test_a_job_that_may_send_and_does_not_loads_neither_requests_nor_the_ledger(tmp_path: Path):
    (tmp_path / "job.py").write_text('each("$.data[*]", send_text(state.data.psid, "Hello"))\n')
    loaded = loaded_by(["run", "job.py", "-S", '{"data": []}'], tmp_path)
    assert loaded & {"requests", "urllib3", "sqlite3"} == set()
    assert {name for name in ours(loaded) if name.startswith("ledger.")} <= {"ledger.errors"}


def test_no_folder_holds_more_files_than_a_reader_takes_in():
    folders = [folder for folder in Path(PACKAGE).rglob("*") if folder.is_dir()]
    # The edges of Graph are as many as Meta has.
    counts = {folder: len([*folder.glob("*.py")]) for folder in folders if folder.name != "edges"}
    assert {folder.name: count for folder, count in counts.items() if count > 20} == {}
