"""The log lines of runs lie in a file beside the project, whichever process performs them."""

from adaptor.service.worker.run_log import run_log_of


def test_the_folder_is_made_where_nothing_else_has_made_it(tmp_path):
    log = run_log_of("postgresql://host/database", str(tmp_path / ".adaptor"))
    log.append("a", "info", "run", "It begins.")
    assert [line["message"] for line in log.lines("a")] == ["It begins."]
    assert (tmp_path / ".adaptor").stat().st_mode & 0o777 == 0o700
