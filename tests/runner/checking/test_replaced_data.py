"""What `check` says of a job that reads from `data` what the operation before has replaced by its answer."""

import pytest

from adaptor.runner import check

HELLO = 'send_text(state.data.psid, "Hello")'
AGAIN = 'send_text("6543210987654321", f"{state.data.name}, see you.")'


@pytest.fixture
def found(tmp_path):
    """The problems that `check` finds in a script."""

    def look(script):
        (tmp_path / "job.py").write_text(script, encoding="utf-8")
        return [str(problem) for problem in check(tmp_path / "job.py").problems]

    return look


@pytest.mark.parametrize(
    "script",
    [
        f"{HELLO}\n{AGAIN}",
        f"{HELLO}\nlog(state.index)\n{AGAIN}",
        f"{HELLO}\ncursor('now')\n{AGAIN}",
        f"{HELLO}\nas_('sent', mark_seen('6543210987654321'))\n{AGAIN}",
        f"combine({HELLO}, {AGAIN})",
        f"{HELLO}.then({AGAIN})",
        f"each(state.data.rows, combine({HELLO}, {AGAIN}))",
        f"try_each(state.data.rows, {HELLO}.then({AGAIN}))",
        f"each(state.data.rows, fn_if(state.data.ok, {HELLO}.then({AGAIN})))",
        f"fn_if(state.data.ok, {HELLO}, else_=typing_on(state.data.psid))\n{AGAIN}",
        f"{HELLO}\nfn_if(state.data.name == 'Ana', log('it is her'))",
        f"{HELLO}\neach(state.data.rows, log(state.data.name))",
        f"{HELLO}\nfn_if(state.flag, {AGAIN})",
        f"{HELLO}.catch(WindowClosed, typing_on('6543210987654321'))\n{AGAIN}",
        f"typing_on(state.data.psid)\n{AGAIN}",
        f"{HELLO}\nas_('second', {AGAIN})",
        f'{HELLO}\nhttp.post("https://a.example/", body={{"who": state.data.name}})',
    ],
)
def test_a_path_that_the_answer_of_a_send_does_not_have_is_found(found, script):
    problems = found(script)
    assert len(problems) == 1
    assert "`state.data." in problems[0]
    assert "is the answer of `" in problems[0]


@pytest.mark.parametrize(
    "script",
    [
        f"as_('sent', {HELLO})\n{AGAIN}",
        f'{HELLO}\nfn(lambda s: {{**s, "data": s["references"][-1]}})\n{AGAIN}',
        f"{HELLO}\nlog(state.data.message_id, state.data.recipient_id, state.references[-1].name)",
        f"{HELLO}\nlog(data_value('name', default='friend'))",
        f"fn_if(state.data.ok, {HELLO})\n{AGAIN}",
        f"{HELLO}.catch(lambda error, state: state)\n{AGAIN}",
        f"each(state.data.rows, {HELLO})\n{AGAIN}",
        f"{HELLO}\neach(state.rows, {AGAIN})",
        f"{HELLO}\nhttp.get('https://a.example/')\n{AGAIN}",
        f"{HELLO}\nget_user_profile('6543210987654321')\nlog(state.data.first_name)",
        f"graph_request('POST', 'me/other', {{}})\n{AGAIN}",
        f"{HELLO}\nmap_(state.rows, lambda item, index, state: item)\nlog(state.data[0])",
        f"{HELLO}\ncursor('now', key='data')\n{AGAIN}",
        "create_label('north')\nlog(state.data.id)",
        "send_image('6543210987654321', 'https://a.example/b.png')\nlog(state.data.attachment_id)",
        f"{HELLO}\nlog(lambda state: state['data'])",
    ],
)
def test_nothing_is_said_where_data_is_kept_restored_or_not_known(found, script):
    assert found(script) == []


def test_the_problem_names_the_send_its_line_and_what_to_write(tmp_path):
    (tmp_path / "job.py").write_text(f"{HELLO}\n\n{AGAIN}\n", encoding="utf-8")
    (problem,) = check(tmp_path / "job.py").problems
    assert "`state.data.name` cannot be there" in str(problem)
    assert "the answer of `send_text` on line 1, which holds message_id, recipient_id" in str(problem)
    assert problem.line == 3
    assert 'as_("sent", send_text(…))' in problem.fix
