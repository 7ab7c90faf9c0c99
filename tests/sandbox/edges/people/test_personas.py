import pytest

ANA = "6543210987654321"
PICTURE = "https://example.com/p.png"


def create(caller, name="Dr. Okafor", picture=PICTURE):
    return caller.request("POST", "/v26.0/me/personas", json={"name": name, "profile_picture_url": picture})


def test_a_persona_is_made_read_used_and_deleted(caller, code):
    made = create(caller).json()["id"]
    expected = {"name": "Dr. Okafor", "profile_picture_url": PICTURE, "id": made}
    assert caller.get(f"/{made}").json() == expected
    assert caller.get("/me/personas").json()["data"] == [expected]
    assert code(caller.send({"text": "hi"}, persona_id=made)) == ("ok",)
    assert caller.request("DELETE", f"/{made}").json() == {"success": True}
    assert code(caller.get(f"/{made}")) == (100, 33)
    assert caller.get("/me/personas").json()["data"] == []
    assert code(caller.send({"text": "hi"}, persona_id=made)) == (100, None)
    assert code(caller.post({"recipient": {"id": ANA}, "sender_action": "typing_on", "persona_id": made})) == (
        100,
        None,
    )


@pytest.mark.parametrize(
    ("name", "picture"),
    [("", PICTURE), (None, PICTURE), ("x" * 51, PICTURE), ("Ana", ""), ("Ana", "p.png"), ("Ana", None)],
)
def test_a_persona_needs_a_name_and_a_picture(caller, code, name, picture):
    assert code(create(caller, name, picture)) == (100, None)


def test_a_persona_from_elsewhere_exists_unless_the_sandbox_knows_better(visit, code):
    assert code(visit().send({"text": "hi"}, persona_id="77")) == ("ok",)
    assert code(visit(foreign_ids=False).send({"text": "hi"}, persona_id="77")) == (100, None)
