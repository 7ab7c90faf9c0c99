"""One database file is served for one project file at a time: otherwise people get the answers of another bot."""

import pytest

from adaptor.core.errors import InputError
from adaptor.service.triggers.served_file import check_served, serve_alone


@pytest.fixture
def database(tmp_path):
    return str(tmp_path / "ledger.db")


def test_a_second_file_is_refused_while_the_service_of_another_runs(database, tmp_path):
    lock = serve_alone(database, str(tmp_path / "a.yaml"))
    with pytest.raises(InputError, match=r"The service of .*a\.yaml uses the database"):
        serve_alone(database, str(tmp_path / "b.yaml"))
    with pytest.raises(InputError, match=r"The service of .*a\.yaml uses the database"):
        check_served(database, str(tmp_path / "b.yaml"))
    lock.close()


def test_another_server_of_the_same_file_and_its_submitted_runs_are_welcome(database, tmp_path):
    project = tmp_path / "a.yaml"
    project.write_text("id: a")
    (tmp_path / "link.yaml").symlink_to(project)
    with serve_alone(database, str(project)), serve_alone(database, str(tmp_path / "link.yaml")):
        check_served(database, str(project))


def test_a_file_that_is_no_longer_served_keeps_nobody_out(database, tmp_path):
    serve_alone(database, str(tmp_path / "a rather long name.yaml")).close()
    check_served(database, str(tmp_path / "b.yaml"))
    serve_alone(database, str(tmp_path / "b.yaml")).close()
    with serve_alone(database, str(tmp_path / "b.yaml")):
        check_served(database, str(tmp_path / "b.yaml"))


def test_a_database_on_a_server_is_not_locked(tmp_path):
    assert serve_alone("postgresql://host/name", str(tmp_path / "a.yaml")) is None
