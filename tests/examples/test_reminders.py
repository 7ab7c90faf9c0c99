"""The example of the appointment reminders, run as the README says."""

import csv
import json
from collections import Counter
from pathlib import Path
from types import SimpleNamespace

import pytest

from adaptor.runner import run
from adaptor.sandbox import Sandbox

ROOT = Path(__file__).parents[2]
EXAMPLE = ROOT / "examples" / "reminders"
SECRET = "EAAB0secret0of0the0example"

with (EXAMPLE / "appointments.csv").open(encoding="utf-8", newline="") as file:
    ROWS = [{**row, "number": number} for number, row in enumerate(csv.DictReader(file), start=2)]
PEOPLE = {person["id"]: person for person in json.loads((EXAMPLE / "sandbox.json").read_text("utf-8"))["people"]}

AGREED = [row for row in ROWS if row["consented"] == "yes"]
EMPTY = [row for row in AGREED if row["psid"] == ""]
MALFORMED = [row for row in AGREED if row["psid"] and not row["psid"].isdigit()]
UNKNOWN = [row for row in AGREED if row["psid"].isdigit() and row["psid"] not in PEOPLE]
BLOCKED = [row for row in AGREED if PEOPLE.get(row["psid"], {}).get("blocked")]
TOO_LONG = [row for row in AGREED if len(row["note"]) > 2000]
UNREACHABLE = [*EMPTY, *MALFORMED, *UNKNOWN, *BLOCKED, *TOO_LONG]
REACHABLE = [row for row in AGREED if row not in UNREACHABLE]


def seems_open(row):
    return row["hours_since_last_message"] != "" and float(row["hours_since_last_message"]) < 24


def is_open(row):
    hours = PEOPLE[row["psid"]]["last_message_hours_ago"]
    return hours is not None and hours < 24


@pytest.fixture(scope="module")
def adaptor(forks):
    """Run the job with these options."""

    def start(*options, state=EXAMPLE / "state.json"):
        words = ["run", EXAMPLE / "job.py", *(["-s", state] if state else []), *options]
        return forks.run(words, cwd=ROOT, env={"ADAPTOR_ACCESS_TOKEN": SECRET})

    return start


@pytest.fixture(scope="module")
def ran(tmp_path_factory, adaptor):
    """The job in the sandbox, from the command line."""
    transcript = tmp_path_factory.mktemp("reminders") / "transcript.txt"
    done = adaptor("--sandbox", "-O", "--transcript", str(transcript))
    assert transcript.exists(), done.stderr
    return SimpleNamespace(
        code=done.returncode, stdout=done.stdout, log=done.stderr, transcript=transcript.read_text("utf-8")
    )


@pytest.fixture(scope="module")
def summary(ran):
    return json.loads(ran.stdout)["data"]


@pytest.fixture(scope="module")
def sandbox(tmp_path_factory):
    """A sandbox in which the job has run."""
    ledger = tmp_path_factory.mktemp("ledger") / "ledger.db"
    with Sandbox.from_file(EXAMPLE / "sandbox.json") as sandbox:
        state = json.loads((EXAMPLE / "state.json").read_text("utf-8"))
        state["configuration"] = {"base_url": sandbox.url, "access_token": sandbox.access_token}
        result = run(EXAMPLE / "job.py", state, database=str(ledger))
        assert result.error is None
        yield sandbox


@pytest.fixture(scope="module")
def dry(tmp_path_factory, adaptor):
    """A dry run of the job against a sandbox that listens."""
    credentials = tmp_path_factory.mktemp("reminders") / "credentials.json"
    with Sandbox.from_file(EXAMPLE / "sandbox.json") as sandbox:
        credentials.write_text(json.dumps({"base_url": sandbox.url, "access_token": SECRET}))
        done = adaptor("--dry-run", "-c", str(credentials))
        yield SimpleNamespace(code=done.returncode, stdout=done.stdout, log=done.stderr, arrived=sandbox.requests)


# --- what comes out ---


@pytest.mark.long
def test_people_who_cannot_be_reached_do_not_make_the_run_fail(ran):
    assert ran.code == 0, ran.log


@pytest.mark.long
def test_the_final_state_is_the_summary_and_nothing_else(ran):
    assert list(json.loads(ran.stdout)) == ["data"]


def test_the_counts_add_up_to_the_rows_of_the_csv(summary):
    assert summary["appointments"] == sum(summary["outcomes"].values()) == len(ROWS)


def test_each_way_of_writing_is_counted(summary):
    expected = Counter("reached by text" if is_open(row) else "reached by template" for row in REACHABLE)
    assert {way: summary["outcomes"][way] for way in expected} == expected


def test_everybody_who_got_nothing_is_listed_in_the_order_of_the_csv(summary):
    reachable = [row["number"] for row in REACHABLE]
    expected = [(row["number"], row["psid"]) for row in ROWS if row["number"] not in reachable]
    assert [(person["line"], person["psid"]) for person in summary["not_reminded"]] == expected


def test_people_without_consent_are_listed_as_such(summary):
    listed = [person["line"] for person in summary["not_reminded"] if person["reason"] == "no consent"]
    assert listed == [row["number"] for row in ROWS if row["consented"] != "yes"]


@pytest.mark.parametrize(
    ("rows", "words", "error"),
    [
        pytest.param(TOO_LONG, "the note is too long", "`message.text` has 2,224 characters", id="text too long"),
        pytest.param(EMPTY, "the id in the list is missing or damaged", "`recipient.id` is empty.", id="empty id"),
        pytest.param(
            MALFORMED, "the id in the list is missing or damaged", "a spreadsheet has rounded", id="rounded id"
        ),
        pytest.param(UNKNOWN, "the id belongs to nobody", "(#100) No matching user found", id="unknown person"),
        pytest.param(BLOCKED, "has blocked the clinic", "(#551) This person isn't available", id="blocked"),
    ],
)
def test_who_was_not_reached_is_listed_with_the_reason_in_the_clinics_words(summary, rows, words, error):
    listed = {person["line"]: person for person in summary["not_reminded"]}
    assert rows
    for row in rows:
        person = listed[row["number"]]
        assert person["reason"].startswith(f"not reached: {words}")
        assert error in person["error"]
        assert summary["outcomes"][person["reason"]] == sum(
            each["reason"] == person["reason"] for each in summary["not_reminded"]
        )


def test_the_log_shows_one_table_whose_counts_add_up(ran, summary):
    lines = [line.removeprefix("│ ") for line in ran.log.splitlines() if line.startswith("│ ")]
    head = next(number for number, line in enumerate(lines) if line.endswith("  appointments, of which"))
    table = [line.split(maxsplit=1) for line in lines[head:] if line.startswith(" ")]
    shown = {words.split(" (line ")[0]: int(count) for count, words in table}
    assert shown == {"appointments, of which": len(ROWS), **summary["outcomes"]}
    assert shown.pop("appointments, of which") == sum(shown.values())
    assert lines[-1].startswith("Who got nothing, and why: ")


def test_the_log_holds_no_names_and_no_ids(ran):
    personal = {row[column] for row in ROWS for column in ("psid", "last_name")} - {""}
    assert not [value for value in personal if value in ran.log]


def test_a_forgotten_state_file_is_an_error_before_anything_is_sent(adaptor):
    done = adaptor("--sandbox", state=None)
    assert done.returncode == 1
    assert "`state.clinic.name` does not exist" in done.stderr
    assert "Nothing was sent." in done.stderr


@pytest.mark.long
def test_the_summary_is_the_same_each_time(ran, adaptor):
    assert adaptor("--sandbox", "-O").stdout == ran.stdout


# --- who got what ---


@pytest.mark.long
def test_nobody_gets_two_messages(sandbox):
    assert max(Counter(message.psid for message in sandbox.messages).values()) == 1


@pytest.mark.long
def test_everybody_who_can_be_reached_gets_a_message(sandbox):
    assert {message.psid for message in sandbox.messages} == {row["psid"] for row in REACHABLE}


def test_people_without_consent_get_nothing(sandbox):
    refused = {row["psid"] for row in ROWS if row["consented"] != "yes"}
    assert refused
    assert not refused & {message.psid for message in sandbox.messages}


def test_people_inside_the_24_hours_get_a_text_with_quick_replies(sandbox):
    for row in REACHABLE:
        if is_open(row):
            [message] = sandbox.sent_to(row["psid"])
            assert row["doctor"] in message.text
            assert [reply["title"] for reply in message.payload["quick_replies"]] == ["Confirm", "Move it", "Cancel"]


def test_people_outside_the_24_hours_get_the_template(sandbox):
    for row in REACHABLE:
        if not is_open(row):
            [message] = sandbox.sent_to(row["psid"])
            assert message.payload["template"]["name"] == "appointment_reminder"


def test_whose_window_is_open_only_in_the_csv_gets_the_template_after_all(sandbox):
    [row] = [row for row in REACHABLE if seems_open(row) and not is_open(row)]
    assert [(refusal.code, refusal.subcode) for refusal in sandbox.refusals if refusal.psid == row["psid"]] == [
        (10, 2018278)
    ]
    assert len(sandbox.sent_to(row["psid"])) == 1


def test_a_text_reads_well_whatever_the_name(sandbox):
    rows = {row["psid"]: row for row in ROWS}
    for message in sandbox.messages:
        text = message.text or message.lines[0]
        assert text.startswith(f"Hello {rows[message.psid]['first_name'] or 'there'}, ")


def test_a_note_keeps_its_line_breaks(sandbox):
    [row] = [row for row in REACHABLE if "\n" in row["note"]]
    assert sandbox.sent_to(row["psid"])[0].text.endswith(f"\n\n{row['note']}")


# --- dry run ---


def test_a_dry_run_ends_well(dry):
    assert dry.code == 0, dry.log


def test_a_dry_run_sends_nothing(dry):
    assert dry.arrived == []


def test_a_dry_run_prints_a_request_for_everybody_who_would_be_written_to(dry):
    printed = [json.loads(line)["body"]["recipient"]["id"] for line in dry.stdout.splitlines()]
    assert printed == [row["psid"] for row in AGREED if row not in (*EMPTY, *MALFORMED, *TOO_LONG)]


# --- secrets ---


def test_no_token_stands_in_what_a_run_writes(ran):
    for text in (ran.stdout, ran.log, ran.transcript):
        assert SECRET not in text
        assert "SANDBOX-" not in text


def test_no_token_stands_in_what_a_dry_run_writes(dry):
    assert SECRET not in dry.stdout + dry.log
