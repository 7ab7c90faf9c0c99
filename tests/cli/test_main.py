"""The command line as a whole."""

import pytest

from adaptor.cli import main as module


def test_ctrl_c_while_a_command_is_still_being_loaded_ends_without_a_traceback(monkeypatch):
    def interrupted(names):
        raise KeyboardInterrupt

    monkeypatch.setattr(module, "parser", interrupted)
    with pytest.raises(SystemExit) as ended:
        module.main(["run", "job.py"])
    assert ended.value.code == 130
