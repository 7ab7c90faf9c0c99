"""The folder that a command runs in is deleted: what was sent is still told, and nothing is called a fault of ours."""

import json
import shutil

GOES = """
import shutil
def delete(state):
    shutil.rmtree(FOLDER)
    return state
send_text("6543210987654321", "before")
fn(delete)
send_text("6543210987654322", "after")
"""


def test_a_run_whose_folder_is_deleted_tells_what_it_has_sent(adaptor, sandbox, tmp_path):
    credentials = json.dumps({"access_token": sandbox.access_token, "base_url": sandbox.url})
    script = GOES.replace("FOLDER", repr(str(tmp_path)))
    done = adaptor(
        script,
        "-c",
        "credentials.json",
        "-o",
        "state.json",
        "--report",
        "r.html",
        files={"credentials.json": credentials},
    )
    assert done.code == 1
    assert "was deleted or replaced while the run was under way" in done.err
    assert "The output state.json cannot be written" in done.err
    assert "The run did not end well. Messages: 1 sent." in done.err
    assert [message.payload["text"] for message in sandbox.messages] == ["before"]


def test_a_command_in_a_folder_that_is_gone_says_so(forks, tmp_path):
    job = tmp_path / "job.py"
    job.write_text(
        f"import os, shutil\nos.makedirs({str(tmp_path / 'x')!r})\nos.chdir({str(tmp_path / 'x')!r})\n"
        f"shutil.rmtree({str(tmp_path / 'x')!r})\nlog('x')"
    )
    done = forks.run(["check", "job.py"], cwd=tmp_path)
    assert done.returncode == 2
    assert "adaptor: The folder that the command runs in was deleted or moved." in done.stderr
    shutil.rmtree(tmp_path)
