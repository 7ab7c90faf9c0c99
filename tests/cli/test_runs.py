"""`adaptor runs`: what was sent is seen, exported, settled and forgotten."""

import csv
import json
import shlex
import sqlite3
import stat
from contextlib import closing

import pytest

from adaptor.sandbox import Sandbox

PEOPLE = [str(6543210987654321 + number) for number in range(5)]
JOB = "try_each(state.data, send_text(state.data, f'Hello {state.data}'))\n"


@pytest.fixture
def messenger():
    with Sandbox() as sandbox:
        yield sandbox


@pytest.fixture
def sent(adaptor, messenger, tmp_path):
    """Send to five people; what goes wrong at each message is given as to `faults.script`."""
    credentials = {"access_token": messenger.access_token, "base_url": messenger.url, "max_retries": 0}
    (tmp_path / "c.json").write_text(json.dumps(credentials))

    def start(*faults, name="r1", script=JOB, people=PEOPLE):
        messenger.faults.script(list(faults))
        return adaptor(script, "-c", "c.json", "--run-id", name, state={"data": people})

    return start


@pytest.fixture
def runs(adaptor):
    def start(*words, **more):
        return adaptor(None, *words, command="runs", **more)

    return start


def test_runs_are_listed_the_newest_first_and_nobodys_id_is_shown(sent, runs):
    sent(name="r1")
    sent(551, name="r2", people=PEOPLE[:3])
    done = runs("list")
    assert done.code == 0
    head, newest, oldest = done.out.splitlines()
    assert head.split() == ["RUN", "JOB", "STARTED", "STATUS", "SENT", "FAILED", "EXIT"]
    assert newest.split()[:2] == ["r2", "job.py"]
    assert newest.split()[-4:] == ["finished", "2", "1", "0"]
    assert oldest.split()[-4:] == ["finished", "5", "0", "0"]
    assert not any(psid in done.out for psid in PEOPLE)


def test_the_list_is_json_for_programs(sent, runs):
    sent({"kind": "lost", "delivered": True})
    (run,) = json.loads(runs("list", "--format", "json").out)
    assert run["writes"] == {"sent": 4, "unknown": 1}
    assert (run["id"], run["status"], run["exit_code"], run["attempts"]) == ("r1", "finished, with failures", 1, 1)


def test_where_nothing_was_sent_the_list_is_empty_and_that_is_no_mistake(runs):
    done = runs("list", "--format", "json")
    assert (done.code, done.out) == (0, "[]\n")
    assert "nothing was sent from here yet" in done.err
    # People who know only the sandbox look for its runs.
    assert "A run with --sandbox or --dry-run leaves no record" in done.err
    shown = runs("show", "r1")
    assert shown.code == 2
    assert "unless --sandbox has a --database FILE" in shown.err


@pytest.mark.long
def test_runs_are_read_while_another_process_writes_and_nothing_is_left_beside_the_ledger(sent, runs, tmp_path):
    sent()
    folder = tmp_path / ".adaptor"
    before = {file.name: file.read_bytes() for file in folder.iterdir()}
    reading = [("list",), ("show", "r1"), ("results", "r1"), ("export", "r1")]
    alone = [runs(*words) for words in reading]
    assert {file.name: file.read_bytes() for file in folder.iterdir()} == before
    with closing(sqlite3.connect(folder / "ledger.db", isolation_level=None)) as writer:
        writer.execute("BEGIN EXCLUSIVE")
        writer.execute("UPDATE writes SET outcome = 'unknown'")
        beside = [runs(*words) for words in reading]
    assert [(done.code, done.out) for done in beside] == [(0, done.out) for done in alone]


@pytest.mark.parametrize("columns", [80, 60])
def test_the_list_fits_a_terminal(sent, screen, tmp_path, columns):
    sent()
    folder = tmp_path / "a folder with a long name" / "and another one in it"
    folder.mkdir(parents=True)
    terminal = screen("adaptor", "runs", "list", "../..", columns=columns, cwd=folder)
    shown = terminal.read()
    assert terminal.end() == 0
    assert "r1" in shown
    assert all(len(line) <= columns for line in shown.splitlines())


def test_a_job_a_folder_or_a_ledger_can_be_named(sent, runs, tmp_path):
    sent()
    for words in (["job.py"], [str(tmp_path)], ["--database", ".adaptor/ledger.db"]):
        assert "r1" in runs("list", *words).out
    assert runs("list", "--database", "nothere.db").out == ""
    assert not (tmp_path / "nothere.db").exists()


def test_one_run_is_shown_with_its_steps_its_errors_and_what_to_do_next(sent, runs):
    sent({"kind": "lost", "delivered": True}, 551)
    done = runs("show", "last")
    assert done.code == 0
    assert "3 sent, 1 failed, 1 unknown" in done.out
    assert "1 × DeliveryUnknown" in done.out
    assert "1 × RecipientUnavailable (551)" in done.out
    assert "adaptor run job.py --resume r1" in done.out
    assert "adaptor runs settle r1 job.py" in done.out
    assert not any(psid in done.out for psid in PEOPLE)
    facts = json.loads(runs("show", "r1", "--format", "json").out)
    counts = {"failed": 1, "sent": 3, "unknown": 1}
    assert facts["steps"] == [
        {"id": "job-1", "arrival": 0, "status": "not completed", "writes": counts, "messages": counts}
    ]


@pytest.mark.long
def test_a_run_that_was_killed_says_so(runs, sent, messenger, beside, tmp_path):
    sent(name="r0")
    (tmp_path / "s.json").write_text(json.dumps({"data": PEOPLE[:1]}))
    (tmp_path / "job.py").write_text("import os\nsend_text(state.data[0], 'hi')\nfn(lambda s: os.kill(os.getpid(), 9))")
    beside("run", "job.py", "-c", "c.json", "-s", "s.json", "--run-id", "r1").end()
    assert "killed" in runs("list").out.splitlines()[1]
    assert "adaptor run job.py --resume r1" in runs("show", "r1").out


def test_results_hold_one_row_for_each_write(sent, runs, tmp_path):
    sent({"kind": "lost", "delivered": True}, 551)
    rows = [json.loads(line) for line in runs("results", "r1").out.splitlines()]
    assert [(row["recipient"], row["outcome"]) for row in rows] == list(
        zip(PEOPLE, ["unknown", "failed", "sent", "sent", "sent"], strict=True)
    )
    assert [row["error"] for row in rows[:3]] == ["DeliveryUnknown", "RecipientUnavailable", None]
    assert rows[2]["message_id"].startswith("m_")
    assert rows[1]["fix"]
    assert runs("results", "r1", "--outcome", "unknown", "-o", "u.csv").code == 0
    with open(tmp_path / "u.csv", newline="") as file:
        assert [row["recipient"] for row in csv.DictReader(file)] == PEOPLE[:1]
    assert stat.S_IMODE((tmp_path / "u.csv").stat().st_mode) == 0o600


def test_everything_of_a_run_is_one_json_document(sent, runs):
    sent(551)
    document = json.loads(runs("export", "r1").out)
    assert document["run"]["id"] == "r1"
    assert document["run"]["input"] == {"data": PEOPLE}
    assert [step["status"] for step in document["steps"]] == ["completed"]
    assert [write["outcome"] for write in document["writes"]] == ["failed", *["sent"] * 4]
    assert document["writes"][1]["result"]["message_id"]


@pytest.mark.long
def test_what_is_unknown_and_was_delivered_is_settled_and_the_rest_is_not_guessed(sent, runs, messenger, adaptor):
    sent(None, {"kind": "lost", "delivered": True}, None, {"kind": "lost", "delivered": False})
    done = runs("settle", "r1", "-c", "c.json")
    assert done.code == 1
    assert "1 of 2 unknown is settled" in done.out
    assert "1 stays unknown: not among the 20 newest messages" in done.out
    assert "--resend-unknown" in done.out
    (run,) = json.loads(runs("list", "--format", "json").out)
    assert run["writes"] == {"sent": 4, "unknown": 1}
    again = adaptor(None, "job.py", "-c", "c.json", "--resume", "r1", "--resend-unknown", "--yes")
    assert again.code == 0, again.err
    assert sorted(message.psid for message in messenger.messages) == PEOPLE


@pytest.mark.long
def test_echoes_settle_without_asking_meta_and_meta_is_asked_only_for_the_rest(sent, runs, messenger, tmp_path):
    lost = {"kind": "lost", "delivered": True}
    sent(lost, None, lost, None, {"kind": "lost", "delivered": False})
    first = messenger.messages[0]
    row = json.loads(runs("results", "r1", "--outcome", "unknown").out.splitlines()[0])
    (write,) = [
        each for each in json.loads(runs("export", "r1").out)["writes"] if each["recipient"] == row["recipient"]
    ]
    event = {
        "recipient": {"id": first.psid},
        "timestamp": 1_790_000_000_000,
        "message": {"is_echo": True, "mid": first.id, "metadata": write["id"]},
    }
    (tmp_path / "echoes.jsonl").write_text(json.dumps({"entry": [{"messaging": [event]}]}) + "\n{")
    before = len(messenger.requests)
    done = runs("settle", "r1", "--echoes", "echoes.jsonl")
    assert done.code == 1
    assert len(messenger.requests) == before
    assert "1 of 3 unknown is settled" in done.out
    assert "2 stay unknown: not among the echoes" in done.out
    assert "1 line of echoes.jsonl is no JSON and was passed over: line 2." in done.err
    done = runs("settle", "r1", "--echoes", "echoes.jsonl", "-c", "c.json")
    assert "1 of 2 unknown is settled" in done.out
    assert json.loads(runs("list", "--format", "json").out)[0]["writes"] == {"sent": 4, "unknown": 1}


def test_where_nothing_is_unknown_nobody_is_asked(sent, runs, messenger):
    sent()
    before = len(messenger.requests)
    done = runs("settle", "r1", "-c", "c.json")
    assert (done.code, done.out) == (0, "Nothing is unknown.\n")
    assert len(messenger.requests) == before


def test_a_token_that_may_not_look_is_told_and_everything_stays_unknown(sent, runs, messenger):
    sent({"kind": "lost", "delivered": True})
    messenger.faults.next(190, on="conversations")
    done = runs("settle", "r1", "-c", "c.json")
    assert done.code == 1
    assert "TokenInvalid" in done.err
    assert "1 stays unknown: Meta did not say" in done.out
    assert messenger.access_token not in done.out + done.err


def test_forgetting_asks_first_and_keeps_the_counts(sent, runs, screen, tmp_path):
    sent()
    assert runs("purge", "r1").code == 2
    terminal = screen("adaptor", "runs", "purge", "r1")
    terminal.read("[y/N] ")
    terminal.type("y\n")
    assert "5 writes of r1 are forgotten" in terminal.read()
    assert terminal.end() == 0
    assert PEOPLE[0] not in runs("export", "r1").out
    assert json.loads(runs("list", "--format", "json").out)[0]["writes"] == {"sent": 5}
    assert PEOPLE[0].encode() not in (tmp_path / ".adaptor" / "ledger.db").read_bytes()


@pytest.mark.long
def test_everything_older_can_be_forgotten_at_once(sent, runs):
    sent(name="r1")
    sent(name="r2", people=PEOPLE[:2])
    assert "0 runs are forgotten" in runs("purge", "--older-than", "30d", "--yes").out
    assert "2 runs are forgotten" in runs("purge", "--older-than", "0m", "--yes").out
    assert runs("purge", "--yes").code == 2
    assert runs("purge", "--older-than", "soon", "--yes").code == 2


def test_no_run_of_that_name_is_bad_input(sent, runs):
    sent()
    for verb in ("show", "results", "export", "settle", "purge"):
        done = runs(verb, "nobody")
        assert done.code == 2
        assert "There is no run `nobody`" in done.err


def test_a_spreadsheet_takes_no_result_for_a_formula(sent, runs):
    sent(script="send_text('1', 'hi', key='=HYPERLINK(1)')\n")
    cells = [cell for row in csv.reader(runs("results", "r1", "--format", "csv").out.splitlines()) for cell in row]
    assert not [cell for cell in cells if cell.startswith("=")]


@pytest.mark.parametrize("id_", ["a\ud800", "a\0b", "\udfff", "a\nb\x1b[2J"])
def test_a_step_may_be_called_anything_that_can_be_recorded(adaptor, messenger, tmp_path, id_):
    credentials = {"access_token": messenger.access_token, "base_url": messenger.url}
    (tmp_path / "c.json").write_text(json.dumps(credentials))
    steps = [{"id": id_, "expression": "send_text('1', 'hi')", "next": "b"}, {"id": "b", "expression": "log(1)"}]
    (tmp_path / "w.json").write_text(json.dumps({"steps": steps}))
    done = adaptor(None, "w.json", "-c", "c.json", "--run-id", "r1", "--report", "r.json")
    assert "fault" not in done.err
    assert "Traceback" not in done.err
    # Either it is refused before anything is sent, or the run ends well.
    assert (done.code, len(messenger.messages)) in ((2, 0), (0, 1)), done.err
    assert "fault" not in adaptor(None, "show", "r1", "w.json", command="runs").err


@pytest.mark.long
def test_runs_are_found_by_their_labels_which_all_must_fit(adaptor, messenger, runs, tmp_path):
    credentials = {"access_token": messenger.access_token, "base_url": messenger.url}
    (tmp_path / "c.json").write_text(json.dumps(credentials))
    for name, *labels in (("r1", "clinic=kibera", "day=1"), ("r2", "clinic=kibera", "day=2"), ("r3",)):
        words = [word for label in labels for word in ("--label", label)]
        adaptor(JOB, "-c", "c.json", "--run-id", name, *words, "--report", f"{name}.json", state={"data": PEOPLE[:1]})
    head, *rows = runs("list").out.splitlines()
    assert head.split()[-1] == "LABELS"
    assert [row.split()[0] for row in rows] == ["r3", "r2", "r1"]
    assert rows[1].endswith("clinic=kibera, day=2")
    found = json.loads(runs("list", "--label", "clinic=kibera", "--label", "day=1", "--format", "json").out)
    assert [(run["id"], run["labels"]) for run in found] == [("r1", {"clinic": "kibera", "day": "1"})]
    assert len(json.loads(runs("list", "--label", "clinic=kibera", "-n", "1", "--format", "json").out)) == 1
    assert "No run has these labels." in runs("list", "--label", "clinic=Kibera").err
    assert "labels:   clinic=kibera, day=1" in runs("show", "r1").out
    assert json.loads((tmp_path / "r1.json").read_text())["run"]["labels"] == {"clinic": "kibera", "day": "1"}
    page = adaptor(JOB, "--resume", "r2", "-c", "c.json", "--report", "r2.html")
    assert page.code == 0, page.err
    assert "clinic=kibera, day=2" in (tmp_path / "r2.html").read_text()


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (["--label", "clinic"], "--label needs a NAME=VALUE such as clinic=kibera, not 'clinic'"),
        (["--label", "a b=c"], "'a b' cannot be the name of a label"),
        (["--label", "a="], "The label `a` has no value"),
        (["--label", "a=1", "--label", "a=2"], "The label `a` is given twice"),
        (["--label", "a=1", "--resume", "r1"], "Leave out --fresh, --run-id, --label and the state"),
    ],
)
def test_a_wrong_label_is_refused_before_anything_is_run(adaptor, words, told):
    done = adaptor("log(1)", *words)
    assert done.code == 2
    assert told in done.err
    assert "✓" not in done.err


@pytest.mark.long
@pytest.mark.parametrize("folder", [".", "other place"])
def test_the_commands_that_a_run_shows_work_as_they_are_pasted(sent, runs, adaptor, forks, messenger, tmp_path, folder):
    (tmp_path / "other place").mkdir()
    sent({"kind": "lost", "delivered": True}, 190)
    assert messenger.access_token not in runs("show", "r1").out
    resume, settle, _ = (step["command"] for step in _next(forks, tmp_path, folder))
    settled = forks.run(shlex.split(settle)[1:], cwd=tmp_path / folder)
    assert "1 of 1 unknown is settled" in settled.stdout, settled.stderr
    done = forks.run(shlex.split(resume)[1:], cwd=tmp_path / folder)
    assert done.returncode == 0, done.stderr
    assert [message.psid for message in messenger.messages] == PEOPLE


def _next(forks, tmp_path, folder):
    words = ["runs", "show", "r1", str(tmp_path / "job.py"), "--format", "json"]
    return json.loads(forks.run(words, cwd=tmp_path / folder).stdout)["next"]


def test_a_later_attempt_is_remembered_with_the_credentials_that_it_was_given(adaptor, runs, messenger, tmp_path):
    configuration = {"access_token": messenger.access_token, "base_url": messenger.url}
    messenger.faults.script([190, 190])
    done = adaptor(JOB, "--run-id", "r1", state={"data": PEOPLE[:2], "configuration": configuration})
    assert "Add the credential with -c FILE: it was in the state" in done.err
    assert "Add the credential with -c FILE: it was in the state" in " ".join(runs("show", "r1").out.split())
    files = {"other.json": json.dumps(configuration)}
    assert adaptor(JOB, "--resume", "r1", "-c", "other.json", files=files).code == 1
    shown = runs("show", "r1").out
    assert "adaptor run job.py --resume r1 -c other.json\n" in f"{shown}\n"
    assert "it was in the state" not in shown


def test_a_run_of_the_sandbox_is_shown_to_be_resumed_there(adaptor, runs, tmp_path):
    people = {"people": [{"id": PEOPLE[0], "last_message_hours_ago": 1}]}
    script = f"each({PEOPLE!r}, send_text(state.data, 'hi'))\n"
    files = {"people.json": json.dumps(people)}
    words = ["--sandbox", "--people", "people.json", "--database", "box.db", "--run-id", "r1"]
    assert "--resume r1 --sandbox --people people.json --database box.db" in adaptor(script, *words, files=files).err
    shown = runs("show", "r1", "--database", "box.db").out
    assert "adaptor run job.py --resume r1 --sandbox --people people.json --database box.db" in shown
