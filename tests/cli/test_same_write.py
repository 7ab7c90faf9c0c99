"""Which write is the same, though the world has changed between two attempts: letters, long texts, keys, calls."""

import json
import sqlite3
from contextlib import closing

import pytest
from pytest_httpserver import HTTPServer
from werkzeug import Response

from adaptor.sandbox import Sandbox

ANA, BEN, CEM, DIA = (str(6543210987654321 + number) for number in range(4))


@pytest.fixture
def messenger():
    with Sandbox() as sandbox:
        yield sandbox


@pytest.fixture
def job(adaptor, messenger, tmp_path):
    """Run a job; what goes wrong at each call is given as to `faults.script`."""
    credentials = {"access_token": messenger.access_token, "base_url": messenger.url, "max_retries": 0}
    (tmp_path / "c.json").write_text(json.dumps(credentials))

    def start(script, *words, faults=(), **more):
        messenger.faults.script(list(faults))
        return adaptor(script, "-c", "c.json", *words, **more)

    return start


def test_after_an_unknown_part_of_a_long_text_the_people_behind_it_are_written_to(job, messenger):
    script = "each(state.data, send_text(state.data, 'A sentence of words. ' * 150, split=True))\n"
    people = {"data": [ANA, BEN, CEM]}
    first = job(script, "--run-id", "r", state=people, faults=[None, None, None, {"kind": "lost", "delivered": True}])
    assert first.code == 1
    again = job(script, "--resume", "r")
    assert "KeyError" not in again.err
    got = [message.psid for message in messenger.messages]
    assert [got.count(person) for person in (ANA, BEN, CEM)] == [2, 2, 2]


def test_a_row_that_is_gone_gives_nobody_the_letter_of_another(job, messenger, tmp_path):
    script = (
        "from pathlib import Path\n"
        "each(Path('people.csv'), send_file(state.data.psid, lambda s: Path(f\"letter-{s['index']}.pdf\")))\n"
    )

    def write(people):
        (tmp_path / "people.csv").write_text("psid\n" + "\n".join(people) + "\n")
        for number, person in enumerate(people):
            (tmp_path / f"letter-{number}.pdf").write_text(f"Dear {person}")

    write([ANA, BEN, CEM, DIA])
    assert job(script, "--run-id", "r", faults=[None, None, 190]).code == 1
    write([BEN, CEM, DIA])
    done = job(script, "--resume", "r")
    assert done.code == 0, done.err
    assert [message.psid for message in messenger.messages] == [ANA, BEN, CEM, DIA]


@pytest.mark.long
def test_a_key_is_tried_again_the_next_day_where_the_window_was_closed(job, messenger):
    script = "try_each(state.data, send_text(state.data, 'Hello', key=f'visit of {state.data}'))\n"
    people = {"data": [ANA, BEN]}
    closed = {"kind": 10, "subcode": 2018278}
    assert job(script, "--run-id", "monday", state=people, faults=[None, None, closed]).code == 0
    assert [message.psid for message in messenger.messages] == [ANA]
    assert job(script, "--run-id", "tuesday", "--fresh", state=people).code == 0
    assert [message.psid for message in messenger.messages] == [ANA, BEN]
    assert job(script, "--run-id", "wednesday", "--fresh", state=people).code == 0
    assert len(messenger.messages) == 2


@pytest.mark.long
@pytest.mark.parametrize(
    "what", ["body=state.data.encode()", "body={'token': state.data}", "query={'code': state.data}"]
)
def test_rows_in_another_order_are_posted_once_each(job, tmp_path, what):
    what = what.replace("state.data.encode()", "lambda s: s['data'].encode()")
    arrived = []

    def take(request):
        found = next(number for number in "123456" if f"visit-{number}" in request.url + request.get_data(as_text=True))
        arrived.append(found)
        return Response("{}", status=400 if len(arrived) == 4 else 200, content_type="application/json")

    with HTTPServer() as other:
        other.expect_request("/visits").respond_with_handler(take)
        script = f"each(state.rows, http.post('{other.url_for('/visits')}', {what}))\n"
        rows = [f"visit-{number}" for number in range(1, 7)]
        source = (
            "from pathlib import Path\nimport json\nfn(lambda s: {**s, 'rows': json.loads(Path('rows').read_text())})\n"
        )
        (tmp_path / "rows").write_text(json.dumps(rows))
        assert job(source + script, "--run-id", "r").code == 1
        (tmp_path / "rows").write_text(json.dumps(rows[::-1]))
        done = job(source + script, "--resume", "r")
    assert done.code == 0, done.err
    assert sorted(arrived) == ["1", "2", "3", "4", "4", "5", "6"]


def test_what_a_resume_would_do_is_listed_while_another_process_writes(job, tmp_path):
    script = "each(state.data, send_text(state.data, 'Hello'))\n"
    assert job(script, "--run-id", "r", state={"data": [ANA, BEN, CEM]}, faults=[None, 190]).code == 1
    with closing(sqlite3.connect(tmp_path / ".adaptor" / "ledger.db", isolation_level=None)) as writer:
        writer.execute("BEGIN EXCLUSIVE")
        done = job(script, "--resume", "r", "--dry-run")
    assert done.code == 0, done.err
    assert ANA not in done.out
    assert BEN in done.out
    assert CEM in done.out
