"""Commands to copy."""

from adaptor.runner.output.shown_commands import resume_command, runs_command


def test_a_command_can_be_copied_whatever_is_in_its_words():
    command = resume_command("my job.py", ["--only", "a b"], "r1", credentials="c.json")
    assert command == "adaptor run 'my job.py' --only 'a b' --resume r1 -c c.json"


def test_the_address_of_a_database_is_not_shown_since_it_may_hold_a_password():
    address = "postgresql://u:secret@host/db"
    assert resume_command("job.py", [], "r1", database=address) == "adaptor run job.py --resume r1 --database …"
    assert runs_command("show", "r1", path="job.py", database="l.db") == "adaptor runs show r1 --database l.db"
    assert runs_command("show", "r1", path="job.py") == "adaptor runs show r1 job.py"
