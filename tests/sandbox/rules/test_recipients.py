import pytest

ANA = "6543210987654321"


@pytest.mark.long
@pytest.mark.parametrize(
    ("recipient", "expected"),
    [
        ({"id": ANA}, ("ok",)),
        ({"id": int(ANA)}, ("ok",)),
        (None, (100, None)),
        ({}, (100, None)),
        ("Ana", (100, None)),
        ({"id": ""}, (100, None)),
        ({"id": "Ana"}, (100, None)),
        ({"id": "٣"}, (100, None)),
        ({"id": True}, (100, None)),
        ({"id": {"a": 1}}, (100, None)),
        ({"id": ANA, "user_ref": "x"}, (100, None)),
        ({"name": "Ana"}, (100, None)),
        ({"phone_number": "+15551234567", "name": {"first_name": "A"}}, (200, 2018027)),
        ({"notification_messages_token": "1"}, (100, None)),
        ({"one_time_notif_token": "1"}, (100, None)),
    ],
)
def test_a_recipient_is_one_person_named_in_one_living_way(caller, code, recipient, expected):
    assert code(caller.post({"recipient": recipient, "message": {"text": "hi"}})) == expected


@pytest.mark.parametrize(
    ("recipient", "words"),
    [
        (None, "(#100) The parameter recipient is required"),
        ({}, "(#100) param recipient must be non-empty."),
        ({"id": "Ana"}, '(#100) Param recipient[id] must be a valid ID string (e.g., "123")'),
    ],
)
def test_a_bad_recipient_is_refused_in_the_words_of_meta(caller, recipient, words):
    assert caller.post({"recipient": recipient, "message": {"text": "hi"}}).json()["error"]["message"] == words


def test_a_number_is_answered_as_text(caller):
    assert caller.send({"text": "hi"}, psid=int(ANA)).json()["recipient_id"] == ANA


def test_a_user_ref_is_answered_without_recipient_id(caller):
    answer = caller.post({"recipient": {"user_ref": "box 1"}, "message": {"text": "hi"}}).json()
    assert list(answer) == ["message_id"]


@pytest.mark.parametrize("form", ["post_id", "comment_id"])
def test_a_private_reply_goes_out_once_and_opens_no_window(caller, code, form):
    reply = {"recipient": {form: "123_456"}, "message": {"text": "hi"}}
    author = caller.post(reply).json()["recipient_id"]
    assert code(caller.post(reply)) == (10900, None)
    assert code(caller.send({"text": "again"}, psid=author)) == (10, 2018278)
    caller.sandbox.person_writes(author, "yes?")
    assert code(caller.send({"text": "again"}, psid=author)) == ("ok",)


def test_a_refused_private_reply_can_be_tried_again(caller, code):
    recipient = {"comment_id": "1"}
    assert code(caller.post({"recipient": recipient, "message": {"text": ""}})) == (100, 2018034)
    assert code(caller.post({"recipient": recipient, "message": {"text": "hi"}})) == ("ok",)


def test_somebody_who_is_not_in_the_file_is_unknown(visit, code):
    caller = visit(people=[{"id": "1"}])
    assert code(caller.send({"text": "hi"}, psid="1")) == ("ok",)
    response = caller.send({"text": "hi"})
    assert code(response) == (100, 2018001)
    assert response.json()["error"]["message"] == "(#100) No matching user found"


def test_somebody_who_blocked_the_page_is_unavailable_for_messages_and_actions(visit, code):
    caller = visit(people=[{"id": "1", "blocked": True}])
    response = caller.send({"text": "hi"}, psid="1")
    assert code(response) == (551, 1545041)
    assert response.json()["error"]["message"] == "(#551) This person isn't available right now."
    assert code(caller.post({"recipient": {"id": "1"}, "sender_action": "typing_on"})) == (551, 1545041)


def test_before_the_app_is_live_only_people_with_a_role_are_reached(visit, code):
    caller = visit(development=True, people=[{"id": "1", "role": "tester"}, {"id": "2"}])
    assert code(caller.send({"text": "hi"}, psid="1")) == ("ok",)
    assert code(caller.send({"text": "hi"}, psid="2")) == (200, 2018028)
