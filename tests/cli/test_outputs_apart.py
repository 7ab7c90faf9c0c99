"""An output of a run replaces neither another one nor what the run reads."""

import pytest


@pytest.fixture
def folder(tmp_path):
    (tmp_path / "job.py").write_text("log('hi')\n")
    (tmp_path / "c.json").write_text('{"access_token": "t0ken-of-nobody"}')
    return tmp_path


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["-o", "job.py"], "--output job.py would replace the job."),
        (["--report", "./c.json", "-c", "c.json"], "--report ./c.json would replace the credentials file."),
        (["-o", "out.json", "--report", "out.json"], "--report out.json would replace the file of --output."),
    ],
)
def test_it_is_refused_before_anything_is_run(forks, folder, words, said):
    before = {path.name: path.read_text() for path in folder.iterdir()}
    done = forks.run(["run", "job.py", *words], cwd=folder)
    assert (done.returncode, done.stdout) == (2, "")
    assert said in done.stderr
    assert "hi" not in done.stderr.splitlines()
    assert {path.name: path.read_text() for path in folder.iterdir()} == before


def test_a_state_may_be_replaced_by_the_one_that_it_leads_to(forks, folder):
    (folder / "s.json").write_text('{"data": {"n": 1}}')
    (folder / "job.py").write_text("fn(lambda s: {**s, 'data': {'n': s['data']['n'] + 1}})\n")
    for _ in range(2):
        assert forks.run(["run", "job.py", "-s", "s.json", "-o", "s.json"], cwd=folder).returncode == 0
    assert (folder / "s.json").read_text() == '{"data":{"n":3}}\n'


def test_two_outputs_may_go_to_one_device(forks, folder):
    done = forks.run(["run", "job.py", "-o", "/dev/null", "--report", "/dev/null"], cwd=folder)
    assert done.returncode == 0, done.stderr


@pytest.mark.parametrize("option", ["--output", "--report", "--results"])
def test_an_output_without_a_name_is_refused(adaptor, option):
    done = adaptor("log(1)", option, "")
    assert done.code == 2
    assert f"{option} names no file." in done.err
