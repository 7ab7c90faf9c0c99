"""Commands to paste."""

import os

from adaptor.runner.output.shown_commands import resume_command, runs_command, what_is_missing


def test_a_command_can_be_pasted_whatever_is_in_its_words():
    given = {"credentials": os.path.abspath("it's.json")}
    command = resume_command("my job.py", ["--only", "a b"], "r1", given=given)
    assert command == """adaptor run 'my job.py' --only 'a b' --resume r1 -c 'it'"'"'s.json'"""
    assert resume_command("-job.py", [], "r1") == "adaptor run ./-job.py --resume r1"


def test_a_run_of_the_sandbox_is_resumed_in_the_sandbox():
    given = {"sandbox": True, "people": os.path.abspath("people.json")}
    command = resume_command("job.py", [], "r1", database="l.db", given=given)
    assert command == "adaptor run job.py --resume r1 --sandbox --people people.json --database l.db"


def test_only_an_address_that_holds_a_password_is_not_shown():
    address = "postgresql://u:secret@host/db"
    assert resume_command("job.py", [], "r1", database=address) == "adaptor run job.py --resume r1"
    assert "Set ADAPTOR_DATABASE" in what_is_missing(address)
    assert "Set ADAPTOR_DATABASE" in what_is_missing("postgresql://host/db?password=secret")
    plain = "postgresql://u@host/db"
    assert resume_command("job.py", [], "r1", database=plain) == f"adaptor run job.py --resume r1 --database {plain}"
    assert what_is_missing(plain) == ""
    assert runs_command("show", "r1", path="job.py", database="l.db") == "adaptor runs show r1 --database l.db"
    assert runs_command("show", "r1", path="job.py") == "adaptor runs show r1 job.py"


def test_a_credential_that_was_in_the_state_is_asked_for():
    assert "-c FILE" in what_is_missing(None, {"configuration": "state"})
