"""Which process and which thread a run belongs to."""

import contextvars
import os
import threading

import pytest

from adaptor.core.errors import JobError
from adaptor.core.run.context import Run, _alone_under_way
from adaptor.core.run.owner import RUN_PROCESS, Owner, is_called_by_job


def in_child(what):
    """Return what a function gives in a forked process, as text."""
    reading, writing = os.pipe()
    pid = os.fork()
    if not pid:
        try:
            os.write(writing, str(what()).encode())
        finally:
            os._exit(0)
    os.close(writing)
    os.waitpid(pid, 0)
    with os.fdopen(reading) as told:
        return told.read()


def refusal_of(run):
    with pytest.raises(JobError) as refused:
        run.check_thread()
    return refused.value.code


def test_a_write_in_a_process_that_the_job_has_forked_is_refused():
    with Run(alone=True) as run:
        assert in_child(lambda: refusal_of(run)) == "FORKED"
        run.check_thread()


def test_a_run_belongs_to_the_process_that_has_entered_it():
    run = Run(alone=True)

    def enter():
        with run:
            run.check_thread()
        return "entered"

    assert in_child(enter) == "entered"


def test_connections_are_not_shared_with_a_process_that_the_job_has_forked():
    class Connection:
        def close(self):
            """Nothing is open."""

    with Run(alone=True) as run:
        first = run.connections("graph", Connection)
        assert run.connections("graph", Connection) is first
        assert in_child(lambda: run.connections("graph", Connection) is first) == "False"


def test_a_thread_with_the_context_of_the_run_writes_nothing_either():
    found = []
    with Run(alone=True) as run:
        context = contextvars.copy_context()
        thread = threading.Thread(target=lambda: found.append(context.run(refusal_of, run)))
        thread.start()
        thread.join()
    assert found == ["OUTSIDE_THE_RUN"]


def test_a_forked_process_has_names_of_its_own():
    owner = Owner()
    assert owner.name_here("http") == "http"
    name, process = in_child(lambda: f"{owner.name_here('http')},{os.getpid()}").split(",")
    assert name == f"http of {process}"


def test_a_process_that_a_job_has_started_writes_nothing_outside_of_its_run(monkeypatch):
    monkeypatch.delenv(RUN_PROCESS, raising=False)
    with Run(alone=True):
        pass
    assert RUN_PROCESS not in os.environ
    own = Run(alone=True)
    own.owns_process = True
    with own:
        assert os.environ[RUN_PROCESS] == str(os.getpid())
        assert not is_called_by_job("elsewhere.py")
        monkeypatch.setenv(RUN_PROCESS, "1")
        assert is_called_by_job("elsewhere.py")
    _alone_under_way.discard(own)


def test_a_run_that_a_started_program_makes_itself_may_write(monkeypatch):
    monkeypatch.setenv(RUN_PROCESS, "1")
    with Run(alone=True) as run:
        run.check_thread()
