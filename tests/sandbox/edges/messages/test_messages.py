import pytest

ANA = "6543210987654321"


def act(caller, action, **others):
    return caller.post({"recipient": {"id": ANA}, "sender_action": action, **others})


@pytest.mark.parametrize("action", ["typing_on", "typing_off", "mark_seen", "TYPING_ON", "MARK_SEEN"])
def test_a_sender_action_is_answered_with_the_recipient_alone(caller, action):
    assert act(caller, action).json() == {"recipient_id": ANA}
    assert [each.action for each in caller.sandbox.actions] == [action.lower()]
    assert caller.sandbox.messages == []


def test_a_reaction_names_its_message(caller, code):
    assert code(act(caller, "react", payload={"message_id": "m_1", "reaction": "😊"})) == ("ok",)
    assert code(act(caller, "unreact", payload={"message_id": "m_1"})) == ("ok",)
    assert code(act(caller, "react", payload={"message_id": "m_1"})) == (100, None)
    assert code(act(caller, "react")) == (100, None)


@pytest.mark.parametrize(
    ("parameters", "expected"),
    [
        ({"sender_action": "wave"}, (100, None)),
        ({"sender_action": "mark_seen", "persona_id": "1"}, (100, None)),
        ({"sender_action": "typing_on", "persona_id": "1"}, ("ok",)),
        ({"sender_action": "typing_on", "message": {"text": "hi"}}, (100, 2018014)),
        ({}, (100, 2018015)),
        ({"message": None}, (100, 2018015)),
    ],
)
def test_a_call_sends_a_message_or_an_action(caller, code, parameters, expected):
    assert code(caller.post({"recipient": {"id": ANA}, **parameters})) == expected


@pytest.mark.parametrize(
    ("parameters", "expected"),
    [
        ({"notification_type": "NO_PUSH"}, ("ok",)),
        ({"notification_type": "LOUD"}, (100, None)),
        ({"reply_to": {"mid": "m_1"}}, ("ok",)),
        ({"reply_to": {}}, (100, None)),
        ({"reply_to": "m_1"}, (100, None)),
        ({"thread_control": {"control_type": "pass", "app_id": "1"}}, ("ok",)),
        ({"thread_control": {"control_type": "keep"}}, (100, None)),
        ({"persona_id": "1"}, ("ok",)),
        ({"something_new": 1}, ("ok",)),
    ],
)
def test_a_message_takes_the_documented_options(caller, code, parameters, expected):
    assert code(caller.send({"text": "hi"}, **parameters)) == expected


def test_a_message_that_is_wrong_is_refused_before_anybody_looks_for_the_person(visit, code):
    caller = visit(people=[])
    assert code(caller.send({"text": ""})) == (100, 2018034)
