"""Messages in a loop that say that a human wrote them: `check` tells of each."""

import pytest

from adaptor.core.run.context import Run
from adaptor.runner.checking.human_tags import human_tags
from adaptor.runner.load.script import load

TAGGED = "messaging_type='MESSAGE_TAG', tag='HUMAN_AGENT'"
SEND = f"send_text(state.data.psid, 'Hello', {TAGGED})"
RAW = (
    "{'recipient': {'id': state.data.psid}, 'message': {'text': 'Hello'}, "
    "'messaging_type': 'MESSAGE_TAG', 'tag': 'HUMAN_AGENT'}"
)
SCRIPTS = {
    f"each(state.data, {SEND})": [("send_text", "each")],
    f"try_each(state.data, {SEND})": [("send_text", "try_each")],
    f"broadcast(state.data, {SEND})": [("send_text", "broadcast")],
    f"each(state.data, fn_if(state.data.late, combine(log('late'), {SEND})))": [("send_text", "each")],
    f"each(state.data, {SEND}.catch(log('no')))": [("send_text", "each")],
    f"each(state.data, try_each(state.data.ids, {SEND}))": [("send_text", "each")],
    f"broadcast(state.data, post_message({RAW}))": [("post_message", "broadcast")],
    f"each(state.data, {SEND})\neach(state.data, {SEND})": [("send_text", "each"), ("send_text", "each")],
    f"for psid in ['6543210987654321', '6543210987654322']: send_text(psid, 'Hello', {TAGGED})": [("send_text", "for")],
    f"while psids := globals().setdefault('left', ['6543210987654321', '6543210987654322']): "
    f"send_text(psids.pop(), 'Hello', {TAGGED})": [("send_text", "while")],
    SEND: [],
    f"if True: {SEND}": [],
    "each(state.data, send_text(state.data.psid, 'Hello'))": [],
    "each(state.data, send_text(state.data.psid, 'Hello', messaging_type='MESSAGE_TAG', tag=state.data.tag))": [],
}


@pytest.mark.parametrize("script", SCRIPTS)
def test_a_message_in_a_loop_that_is_tagged_as_a_humans_is_told(tmp_path, script):
    path = tmp_path / "job.py"
    path.write_text(script)
    with Run():
        job = load(str(path))
    found = human_tags(job)
    job.close()
    assert [
        (f"`{name}`" in str(each), f"in `{loop}`" in str(each))
        for each, (name, loop) in zip(found, SCRIPTS[script], strict=True)
    ] == [(True, True)] * len(SCRIPTS[script])
    assert [each.line for each in found] == list(range(1, len(found) + 1))
