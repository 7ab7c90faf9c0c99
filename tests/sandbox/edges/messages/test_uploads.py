import pytest

PATH = "/v26.0/app/uploads"
DATA = b"x" * 10


@pytest.fixture
def person(caller):
    """Calls with the token of the person who manages the Page."""
    caller.session.headers["Authorization"] = f"Bearer {caller.sandbox.user_token}"
    return caller


def start(person, **others):
    query = {"file_name": "a.png", "file_length": 10, "file_type": "image/png", **others}
    return person.request("POST", PATH, params=query)


def send(person, session, data=DATA, offset="0"):
    return person.request("POST", f"/v26.0/{session}", data=data, headers={"file_offset": offset})


def test_the_bytes_of_a_file_give_a_handle(person):
    session = start(person).json()["id"]
    assert session.startswith("upload:")
    assert send(person, session).json()["h"].startswith("4::")


def test_an_interrupted_upload_goes_on_where_it_ended(person, code):
    session = start(person).json()["id"]
    assert send(person, session, DATA[:4]).json()["file_offset"] == 4
    assert person.get(f"/v26.0/{session}").json()["file_offset"] == 4
    assert code(send(person, session, DATA[4:])) == (100, None)
    assert "h" in send(person, session, DATA[4:], "4").json()


@pytest.mark.parametrize(
    "wrong", [{"file_name": ""}, {"file_length": 0}, {"file_length": "x"}, {"file_type": "image/gif"}]
)
def test_a_session_needs_what_meta_asks_for(person, code, wrong):
    assert code(start(person, **wrong)) == (100, None)


def test_a_session_without_its_signature_is_not_found(person, code):
    session = start(person).json()["id"].partition("?")[0]
    assert code(send(person, session)) == (100, 33)
    assert code(send(person, start(person).json()["id"], DATA * 2)) == (100, None)


def test_only_a_person_of_the_app_uploads(caller, code):
    assert code(start(caller)) == (200, None)
