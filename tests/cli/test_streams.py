"""Standard streams that are closed or full: what was done is not called unknown, and no fault of ours is reported."""

import os
import subprocess
import sys

import pytest

CLOSED = [("<&-", "-s", "-"), (">&-",), ("2>&-",), ("<&- >&- 2>&-",)]


@pytest.mark.long
@pytest.mark.parametrize("closed", CLOSED, ids=lambda words: words[0])
def test_a_job_runs_with_closed_streams(tmp_path, environment, closed):
    (tmp_path / "job.py").write_text("log('x')\nfn(lambda s: (open('done', 'w').close(), s)[1])")
    streams, *words = closed
    line = f'exec "$0" -m adaptor run job.py {" ".join(words)} {streams}'
    done = subprocess.run(
        ["sh", "-c", line, sys.executable], cwd=tmp_path, env=environment, capture_output=True, text=True
    )
    assert "fault" not in done.stderr
    if words:
        assert done.returncode == 2
        assert "is not JSON" in done.stderr or "empty" in done.stderr
    else:
        assert done.returncode == 0
        assert (tmp_path / "done").exists()


@pytest.mark.long
@pytest.mark.skipif(not os.path.exists("/dev/full"), reason="needs /dev/full")
@pytest.mark.parametrize("words", [["check", "job.py"], ["docs", "send_text"]], ids=" ".join)
def test_an_output_that_cannot_be_written_is_no_fault_and_no_refusal(tmp_path, environment, words):
    (tmp_path / "job.py").write_text("log(1)")
    with open("/dev/full", "w") as full:
        done = subprocess.run(
            [sys.executable, "-m", "adaptor", *words],
            cwd=tmp_path,
            env=environment,
            stdout=full,
            stderr=subprocess.PIPE,
        )
    assert done.returncode == 1
    assert b"standard output cannot be written: No space left on device" in done.stderr
    assert b"is done; only its output is lost" in done.stderr
