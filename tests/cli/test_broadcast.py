"""`adaptor run` with a broadcast in the job: asking first, a part of the people, a row for each."""

import csv
import json

import pytest

from adaptor.sandbox import Sandbox

#: `MORE` stands where further arguments go.
JOB = """from pathlib import Path

broadcast(Path('people.csv'), send_text(state.data.psid, f'Hello {state.data.name}.')MORE)
"""
PEOPLE = "psid,name\n" + "".join(f"{6_000_000_000_000_000 + number},Name {number}\n" for number in range(5))


@pytest.fixture
def messenger():
    with Sandbox() as running:
        yield running


@pytest.fixture
def files(messenger):
    credential = {"access_token": messenger.access_token, "base_url": messenger.url}
    return {"people.csv": PEOPLE, "c.json": json.dumps(credential)}


@pytest.fixture
def asked(tmp_path, files, screen):
    """Start the job on a terminal, and read up to its question."""
    for name, text in {**files, "job.py": JOB.replace("MORE", "")}.items():
        (tmp_path / name).write_text(text)
    shown = screen("adaptor", "run", "job.py", "-c", "c.json", columns=200)
    return shown, shown.read("[y/N]")


@pytest.mark.long
def test_a_terminal_says_which_page_how_many_and_how_long_before_it_asks(asked, messenger):
    _, question = asked
    for words in (
        messenger.page_name,
        messenger.page_id,
        "People         5",
        "about 5 s, at",
        "up to 5 messages may stay unknown",
    ):
        assert words in question
    assert messenger.messages == []


@pytest.mark.long
def test_yes_begins_it(asked, messenger):
    shown, _ = asked
    shown.type("y\r")
    assert "5 people: 5 sent" in shown.read()
    assert shown.end() == 0
    assert len(messenger.messages) == 5


@pytest.mark.long
def test_where_the_job_ran_before_the_question_says_how_many_of_these_people_it_wrote_to(
    adaptor, files, screen, tmp_path
):
    assert adaptor(JOB.replace("MORE", ""), "-c", "c.json", "--run-id", "r1", files=files).code == 0
    others = [line for line in PEOPLE.splitlines() if not line.endswith(("0", "1"))]
    (tmp_path / "people.csv").write_text("\n".join([*others, "6000000000000009,New"]))
    question = screen("adaptor", "run", "job.py", "-c", "c.json", columns=200).read("[y/N]")
    row = " ".join(question.partition("Earlier run")[2].split())
    assert "run `r1`, less than a minute ago, sent 5 messages to 5 people." in row
    assert "3 of the people above are among them." in row


@pytest.mark.long
@pytest.mark.parametrize("answer", ["n\r", "\r", "\x04"], ids=["no", "nothing", "the end"])
def test_anything_else_writes_to_nobody(asked, messenger, answer):
    shown, _ = asked
    shown.type(answer)
    assert "Nobody was written to" in shown.read()
    assert shown.end() == 1
    assert messenger.messages == []


def test_in_a_pipe_nobody_is_asked(adaptor, files, messenger):
    done = adaptor(JOB.replace("MORE", ""), "-c", "c.json", files=files)
    assert done.code == 0
    assert len(messenger.messages) == 5


def test_a_limit_and_one_person_alone(adaptor, files, messenger):
    assert adaptor(JOB.replace("MORE", ""), "-c", "c.json", "--limit", "2", files=files).code == 0
    assert [message.text for message in messenger.messages] == ["Hello Name 0.", "Hello Name 1."]
    only = ("--fresh", "--only-to", "6000000000000004")
    assert adaptor(JOB.replace("MORE", ""), "-c", "c.json", *only, files=files).code == 0
    assert messenger.messages[-1].text == "Hello Name 4."
    assert len(messenger.messages) == 3


@pytest.mark.long
@pytest.mark.parametrize("part", [("--limit", "2"), ("--only-to", "6000000000000001")])
def test_after_a_part_of_the_people_the_run_goes_on_to_the_others_and_to_nobody_twice(adaptor, files, messenger, part):
    first = adaptor(JOB.replace("MORE", ""), "-c", "c.json", *part, files=files)
    assert first.code == 0
    assert "Send to the people who were left out with: adaptor run job.py --resume " in first.err
    shown = adaptor(None, "show", "last", command="runs").out
    assert " partial with exit code 0\n" in shown
    assert "Resume it for the people who were left out" in shown
    anew = adaptor(None, "job.py", "-c", "c.json")
    assert anew.code == 2
    assert "was for a part of the people only: " in anew.err
    more = adaptor(None, "job.py", "-c", "c.json", "--resume", "last", "--limit", "3")
    assert (more.code, len(messenger.messages)) == (0, 3)
    rest = adaptor(None, "job.py", "-c", "c.json", "--resume", "last")
    assert rest.code == 0, rest.err
    assert sorted(message.text for message in messenger.messages) == [f"Hello Name {number}." for number in range(5)]
    assert "has finished" in adaptor(None, "job.py", "-c", "c.json", "--resume", "last").err


def test_a_dry_run_of_going_on_shows_the_others_alone_and_leaves_no_trace(adaptor, files, messenger):
    words = JOB.replace("MORE", ", skip=['6000000000000004']")
    assert adaptor(words, "-c", "c.json", "--limit", "2", files=files).code == 0
    dry = adaptor(None, "job.py", "-c", "c.json", "--resume", "last", "--dry-run")
    assert dry.code == 0, dry.err
    assert [json.loads(line)["body"]["message"]["text"] for line in dry.out.splitlines()] == [
        "Hello Name 2.",
        "Hello Name 3.",
    ]
    assert "5 people: 2 sent, 2 described, 1 skipped (2 of them before)" in dry.err
    assert adaptor(None, "job.py", "-c", "c.json", "--resume", "last").code == 0
    assert sorted(message.text for message in messenger.messages) == [f"Hello Name {number}." for number in range(4)]


def test_two_broadcasts_on_lines_of_their_own_do_not_take_each_others_messages(adaptor, files, messenger):
    line = JOB.replace("MORE", "").splitlines()[-1]
    assert adaptor(f"from pathlib import Path\n{line}\n{line}\n", "-c", "c.json", files=files).code == 0
    assert len(messenger.messages) == 10


def test_a_limit_that_leaves_out_nobody_ends_the_run(adaptor, files):
    done = adaptor(JOB.replace("MORE", ""), "-c", "c.json", "--limit", "5", files=files)
    assert done.code == 0
    assert "Go on" not in done.err


def test_a_run_that_never_begins_leaves_the_results_of_an_earlier_one_alone(adaptor, files, tmp_path):
    results = ("-c", "c.json", "--results", "out.csv")
    assert adaptor(JOB.replace("MORE", ""), *results, files=files).code == 0
    kept = (tmp_path / "out.csv").read_text()
    assert adaptor(None, "job.py", *results, "--resume", "another").code == 2
    assert (tmp_path / "out.csv").read_text() == kept


def test_a_broadcast_to_nobody_leaves_results_with_the_names_of_the_columns_alone(adaptor, files, tmp_path):
    nobody = {**files, "people.csv": "psid,name\n"}
    assert adaptor(JOB.replace("MORE", ""), "-c", "c.json", "--results", "out.csv", files=nobody).code == 0
    assert (tmp_path / "out.csv").read_text() == "row,line,recipient,outcome,message_id,error,message,fix\n"


def test_results_are_a_row_for_each_person_readable_by_the_owner_alone(adaptor, files, messenger, tmp_path):
    done = adaptor(JOB.replace("MORE", ""), "-c", "c.json", "--results", "out.jsonl", files=files)
    assert done.code == 0
    rows = [json.loads(line) for line in (tmp_path / "out.jsonl").read_text().splitlines()]
    assert [row["row"] for row in rows] == [1, 2, 3, 4, 5]
    assert {row["message_id"] for row in rows} == {message.id for message in messenger.messages}
    assert (tmp_path / "out.jsonl").stat().st_mode & 0o777 == 0o600


def test_what_a_spreadsheet_would_take_for_a_formula_is_text(adaptor, files, tmp_path):
    people = 'psid,name\n"=1+1",A\n@SUM(A1),B\n6000000000000001,C\n'
    adaptor(
        JOB.replace("MORE", ", fail=False"),
        "-c",
        "c.json",
        "--results",
        "out.csv",
        files={**files, "people.csv": people},
    )
    with (tmp_path / "out.csv").open(newline="") as file:
        rows = {row["row"]: row for row in csv.DictReader(file)}
    assert rows["3"]["outcome"] == "sent"
    assert all(not (value or "").startswith(("=", "@", "+", "-")) for row in rows.values() for value in row.values())
    assert rows["1"]["outcome"] == rows["2"]["outcome"] == "failed"


def test_a_dry_run_sends_nothing_and_makes_no_ledger(adaptor, files, messenger, tmp_path):
    done = adaptor(JOB.replace("MORE", ""), "-c", "c.json", "--dry-run", files=files)
    assert done.code == 0
    assert len(done.out.splitlines()) == 3
    assert "\nPSID 6000000000000000\n\n  > Hello Name 0.\n" in done.err
    assert done.err.count("  > Hello") == 3
    assert "accepted" not in done.err
    assert "and 2 more like these" in done.err
    assert messenger.requests == []
    assert not (tmp_path / ".adaptor").exists()


def test_a_dry_run_shows_templates_too_and_takes_names_from_beside_the_job(adaptor, files):
    words = "broadcast(Path('people.csv'), send_utility(state.data.psid, 'closed', [state.data.name]))"
    people = json.dumps({"people": [{"id": "6000000000000001", "first_name": "Ana"}]})
    job = f"from pathlib import Path\n{words}"
    done = adaptor(job, "-c", "c.json", "--dry-run", files={**files, "sandbox.json": people})
    assert "\nPSID 6000000000000000\n\n  > (template closed with Name 0)\n" in done.err
    assert "\nAna\n\n  > (template closed with Name 1)\n" in done.err
    done = adaptor(job, "-c", "c.json", "--dry-run", files={**files, "sandbox.json": "{"})
    assert done.code == 0
    assert done.err.count("  > (template closed with") == 3


def test_names_and_texts_are_not_in_the_log_of_a_machine(adaptor, files):
    for options in (["--log-json"], ["--sanitize", "obfuscate"]):
        done = adaptor(JOB.replace("MORE", ""), "-c", "c.json", "--dry-run", *options, files=files)
        assert "  > Hello" not in done.err


def test_no_secret_is_in_what_the_command_writes(adaptor, files, messenger):
    messenger.faults.next(551, on="messages")
    done = adaptor(JOB.replace("MORE", ""), "-c", "c.json", "--results", "out.csv", "-l", "debug", files=files)
    kept = files["c.json"]
    assert messenger.access_token not in done.written().replace(kept, "")


def test_an_error_shows_the_line_of_the_job(adaptor, files, messenger):
    messenger.faults.next(190, on="messages")
    done = adaptor(JOB.replace("MORE", ""), "-c", "c.json", files=files)
    assert done.code == 1
    assert "where: step 1 · broadcast[0, people.csv line 2] · send_text (job.py, line 3)" in done.err
    assert "3 | broadcast(Path('people.csv')" in done.err
    assert "Before it stopped: 5 people: 4 sent, 1 failed" in done.err
