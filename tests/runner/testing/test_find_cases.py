"""Files with test cases are found below folders and beside jobs."""

import json

import pytest

from adaptor import AdaptorError
from adaptor.runner.testing.find_cases import find_files


@pytest.fixture
def write(tmp_path):
    def write(name, content):
        file = tmp_path / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(content if isinstance(content, str) else json.dumps(content), encoding="utf-8")
        return str(file)

    return write


def test_cases_are_found_below_a_folder_beside_a_job_and_by_their_own_path(write, tmp_path):
    job = write("job.py", "")
    here = write("job.test.json", {})
    below = write("more/other.test.yaml", "")
    write(".venv/lib/x.test.json", {})
    write("state.json", {})
    assert find_files([str(tmp_path)]) == [here, below]
    assert find_files([job, here]) == [here]
    with pytest.raises(AdaptorError, match="no cases for"):
        find_files([write("lonely.py", "")])
    with pytest.raises(AdaptorError, match="does not exist"):
        find_files(["no-such-folder"])
