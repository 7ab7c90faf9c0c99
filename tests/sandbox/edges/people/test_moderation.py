import pytest

ANA = "6543210987654321"


def moderate(caller, *actions, users=({"id": ANA},)):
    body = {"user_ids": list(users), "actions": list(actions)}
    return caller.request("POST", "/v26.0/me/moderate_conversations", json=body)


@pytest.mark.parametrize(("on", "off"), [("BLOCK_USER", "UNBLOCK_USER"), ("BAN_USER", "UNBAN_USER")])
def test_somebody_who_is_blocked_is_not_reached_and_not_heard(caller, code, on, off):
    assert moderate(caller, on).json() == {"success": True}
    assert code(caller.send({"text": "hi"})) == (551, 1545041)
    moderate(caller, off)
    assert code(caller.send({"text": "hi"})) == ("ok",)


def test_a_conversation_goes_to_spam(caller):
    caller.sandbox.person_writes(ANA, "buy!")
    moderate(caller, "MOVE_TO_SPAM")

    def folder(name):
        return len(caller.get("/me/conversations", params={"folder": name}).json()["data"])

    assert (folder("inbox"), folder("spam")) == (0, 1)


@pytest.mark.parametrize(
    ("actions", "users", "expected"),
    [
        ([], [{"id": ANA}], (100, None)),
        (["HUG_USER"], [{"id": ANA}], (100, None)),
        (["BLOCK_USER"], [], (100, None)),
        (["BLOCK_USER"], [{"id": "2"}], (100, 2018001)),
        (["BLOCK_USER"], [{"id": ANA}] * 11, (100, None)),
        (["BLOCK_USER"], [ANA], ("ok",)),
    ],
)
def test_it_needs_actions_and_people_that_there_are(visit, code, actions, users, expected):
    caller = visit(people=[{"id": ANA}])
    assert code(moderate(caller, *actions, users=users)) == expected
