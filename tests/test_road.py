"""The road of a message from the job to the wire: one way down, and light."""

from __future__ import annotations

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


@pytest.mark.long
def test_a_job_that_sends_loads_neither_dataclasses_nor_inspect(sandbox, tmp_path: Path):
    (tmp_path / "job.py").write_text(f'send_text("{PSID}", "Hello")\n')
    (tmp_path / "c.json").write_text(f'{{"access_token": "{sandbox.access_token}", "base_url": "{sandbox.url}"}}')
    script = (
        # From Python 3.14, `logging` loads both, which requests needs.
        "import sys, requests\nbefore = {*sys.modules}\nfrom adaptor.cli.main import main\n"
        "try:\n    main(['run', 'job.py', '-c', 'c.json'])\nexcept SystemExit as end:\n    assert end.code == 0, end\n"
        "print({'dataclasses', 'inspect'} & {*sys.modules} - before)\n"
    )
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, cwd=tmp_path)
    assert done.stdout.strip() == "set()", done.stderr
    assert [message.text for message in sandbox.messages] == ["Hello"]


def test_no_folder_holds_more_files_than_a_reader_takes_in():
    folders = [folder for folder in Path(PACKAGE).rglob("*") if folder.is_dir()]
    # The edges of Graph are as many as Meta has.
    counts = {folder: len([*folder.glob("*.py")]) for folder in folders if folder.name != "edges"}
    assert {folder.name: count for folder, count in counts.items() if count > 20} == {}
