"""A test of the job with a sandbox in place of Messenger: `pytest examples/hello`."""

import json
from pathlib import Path

from adaptor.cli.main import main

JOB = Path(__file__).with_name("job.py")
ANA = "6543210987654321"


def run(sandbox, tmp_path):
    configuration = {"base_url": sandbox.url, "access_token": sandbox.access_token}
    state = {"data": {"psid": ANA, "name": "Ana"}, "configuration": configuration}
    (tmp_path / "state.json").write_text(json.dumps(state))
    try:
        main(["run", str(JOB), "-s", str(tmp_path / "state.json"), "-o", str(tmp_path / "output.json")])
    except SystemExit as end:
        return end.code
    return 0


def test_ana_is_asked_how_she_is(sandbox, tmp_path):
    assert run(sandbox, tmp_path) == 0
    sandbox.assert_sent(ANA, text="Hello Ana, how are you?", quick_reply_titles=["Well", "Not so well"], times=1)
    sandbox.person(ANA).taps("Well")


def test_somebody_who_blocked_the_page_is_not_reached(sandbox, tmp_path):
    sandbox.person(ANA).blocks()
    assert run(sandbox, tmp_path) == 1
    sandbox.assert_nothing_sent(ANA)
