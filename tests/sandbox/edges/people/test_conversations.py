from datetime import UTC, datetime

import pytest

ANA = "6543210987654321"


@pytest.fixture
def talk(caller):
    """A conversation of 25 messages: the person writes, the Page answers."""
    for number in range(12):
        caller.sandbox.person_writes(ANA, f"question {number}")
        caller.send({"text": f"answer {number}"})
    caller.sandbox.person_writes(ANA, "thanks / bye")
    return caller


def only(response):
    (found,) = response.json()["data"]
    return found


def test_conversations_are_listed_the_newest_first(caller):
    for psid in ("1", "2", "3"):
        caller.sandbox.person_writes(psid, f"I am {psid}")
        caller.sandbox.advance(seconds=1)
    caller.sandbox.person_writes("1", "me again")
    found = caller.get("/v26.0/me/conversations", params={"fields": "snippet", "platform": "messenger"}).json()["data"]
    assert [each["snippet"] for each in found] == ["me again", "I am 3", "I am 2"]
    assert set(caller.get("/me/conversations").json()["data"][0]) == {"id", "updated_time"}
    assert caller.get("/me/threads").json()["data"] == caller.get("/me/conversations").json()["data"]
    assert caller.get("/me/conversations", params={"platform": "instagram"}).json() == {"data": []}


def test_a_conversation_is_found_by_its_person(talk):
    found = only(talk.get("/me/conversations", params={"user_id": ANA}))
    assert list(found) == ["id"]
    assert found["id"].startswith("t_")
    assert found["id"][2:].isdigit()
    assert talk.get("/me/conversations", params={"user_id": "5"}).json() == {"data": []}


def test_a_conversation_tells_what_it_is_asked(talk):
    fields = "id,updated_time,link,snippet,message_count,unread_count,participants,can_reply"
    found = only(talk.get("/me/conversations", params={"user_id": ANA, "fields": fields}))
    assert (found["message_count"], found["unread_count"], found["snippet"]) == (25, 13, "thanks / bye")
    assert found["updated_time"] == "2026-11-20T12:00:00+0000"
    assert found["can_reply"] is True
    assert [each["id"] for each in found["participants"]["data"]] == [ANA, talk.sandbox.page_id]
    assert found == talk.get(f"/{found['id']}", params={"fields": fields}).json()


def test_seen_messages_are_no_longer_unread(talk):
    talk.post({"recipient": {"id": ANA}, "sender_action": "mark_seen"})
    assert only(talk.get("/me/conversations", params={"fields": "unread_count"}))["unread_count"] == 0


def test_only_the_newest_twenty_messages_tell_what_they_say(talk, code):
    conversation = only(talk.get("/me/conversations"))["id"]
    found = talk.get(f"/{conversation}/messages", params={"fields": "id,message", "limit": 25}).json()["data"]
    assert [each.get("message") for each in found[:3]] == ["thanks / bye", "answer 11", "question 11"]
    assert [each.get("message") is None for each in found] == [False] * 20 + [True] * 5
    assert talk.get(f"/{found[19]['id']}", params={"fields": "message"}).json()["message"] == found[19]["message"]
    assert code(talk.get(f"/{found[20]['id']}", params={"fields": "message"})) == (9000001, None)
    assert code(talk.get("/m_nothing")) == (9000001, None)


def test_messages_are_read_inside_their_conversation(talk):
    conversation = only(talk.get("/me/conversations"))["id"]
    fields = "messages.limit(2){message,from,to,created_time}"
    messages = talk.get(f"/{conversation}", params={"fields": fields}).json()["messages"]
    person = {"name": "Person 4321", "email": f"{ANA}@facebook.com", "id": ANA}
    page = {"name": "Sandbox Page", "email": f"{talk.sandbox.page_id}@facebook.com", "id": talk.sandbox.page_id}
    assert [(each["message"], each["from"], each["to"]["data"]) for each in messages["data"]] == [
        ("thanks / bye", person, [page]),
        ("answer 11", page, [person]),
    ]
    assert f"/{conversation}/messages?" in messages["paging"]["next"]


def test_pages_follow_their_next_address_to_the_end(talk):
    conversation = only(talk.get("/me/conversations"))["id"]
    answer, texts = talk.get(f"/{conversation}/messages", params={"limit": 4}).json(), []
    while True:
        texts += [each["id"] for each in answer["data"]]
        if "next" not in answer["paging"]:
            break
        answer = talk.session.get(answer["paging"]["next"], headers={"Authorization": ""}, timeout=60).json()
    assert len(texts) == len(set(texts)) == 25


@pytest.mark.parametrize(
    "fields", ["colour", "messages{colour}", "messages{", "messages.limit(x){id}", "id,,link", "1"]
)
def test_fields_that_make_no_sense_are_refused(talk, fields):
    conversation = only(talk.get("/me/conversations"))["id"]
    assert talk.get(f"/{conversation}", params={"fields": fields}).status_code == 400


def test_a_message_shows_what_is_attached_and_what_it_answers(caller):
    picture = caller.sandbox.person(ANA).sends_photo("https://example.com/cat.jpg")
    answer = caller.send({"text": "nice"}, reply_to={"mid": picture}).json()["message_id"]
    shown = caller.get(f"/{picture}", params={"fields": "attachments,message"}).json()
    (item,) = shown["attachments"]["data"]
    assert item["image_data"]["url"] == "https://example.com/cat.jpg"
    assert item["mime_type"] == "image/jpeg"
    assert caller.get(f"/{picture}/attachments").json()["data"] == [item]
    reply = caller.get(f"/{answer}", params={"fields": "reply_to"}).json()["reply_to"]
    assert reply == {"mid": picture, "is_self_reply": False}


def test_what_is_attached_is_told_by_its_kind_with_a_page_of_its_own(caller):
    ana = caller.sandbox.person(ANA)
    photo = ana.sends_photo("https://example.org/rash.jpg")
    told = caller.get(f"/{photo}", params={"fields": "id,created_time,tags,attachments"}).json()
    assert told["created_time"] == "2026-11-20T12:00:00+0000"
    assert told["tags"] == {"data": [{"name": "inbox"}, {"name": "source:mobile"}]}
    (item,) = told["attachments"]["data"]
    assert list(item) == ["id", "mime_type", "name", "size", "image_data"]
    assert item["name"] == f"image-{item['id']}"
    picture = item["image_data"]
    assert list(picture) == [
        *("width", "height", "max_width", "max_height", "url", "preview_url", "image_type", "render_as_sticker"),
    ]
    assert (picture["url"], picture["preview_url"]) == ("https://example.org/rash.jpg",) * 2
    assert (picture["image_type"], picture["render_as_sticker"]) == (1, False)
    assert {type(picture[key]) for key in ("width", "height", "max_width", "max_height")} == {int}
    assert set(told["attachments"]["paging"]["cursors"]) == {"before", "after"}
    url = "https://example.org/a"
    shown = {}
    for kind in ("video", "audio", "file"):
        sent = caller.send({"attachment": {"type": kind, "payload": {"url": url}}}).json()["message_id"]
        (shown[kind],) = caller.get(f"/{sent}", params={"fields": "attachments"}).json()["attachments"]["data"]
    assert (shown["video"]["mime_type"], shown["video"]["video_data"]["url"]) == ("video/mp4", url)
    assert set(shown["video"]["video_data"]) == {
        *("width", "height", "length", "video_type", "url", "preview_url", "rotation"),
    }
    assert (shown["audio"]["mime_type"], shown["audio"]["file_url"]) == ("audio/mpeg", url)
    assert (shown["file"]["mime_type"], shown["file"]["file_url"]) == ("application/octet-stream", url)


def test_a_template_and_a_sticker_are_told_as_such(caller):
    buttons = [{"type": "postback", "title": "Go", "payload": "GO"}]
    template = caller.template({"template_type": "button", "text": "Well?", "buttons": buttons}).json()["message_id"]
    shown = caller.get(f"/{template}", params={"fields": "attachments"}).json()["attachments"]["data"]
    assert shown == [{"generic_template": {"text": "Well?", "buttons": buttons}}]
    sticker = caller.send({"sticker_id": 369239263222822}).json()["message_id"]
    assert "369239263222822" in caller.get(f"/{sticker}", params={"fields": "sticker"}).json()["sticker"]


def test_several_conversations_are_read_by_their_ids_in_old_versions(visit):
    caller = visit(now=lambda: datetime(2026, 10, 26, 12, 0, tzinfo=UTC))
    for psid in ("1", "2"):
        caller.sandbox.person_writes(psid, f"I am {psid}")
    ids = [each["id"] for each in caller.get("/me/conversations").json()["data"]]
    found = caller.get("/v25.0/", params={"ids": ",".join(ids), "fields": "snippet"}).json()
    assert {key: each["snippet"] for key, each in found.items()} == {ids[0]: "I am 2", ids[1]: "I am 1"}
    assert caller.get("/", params={"ids": f"{ids[0]},t_1"}).status_code == 400


def test_a_conversation_has_the_same_id_in_every_run(visit):
    ids = set()
    for _ in range(2):
        caller = visit()
        caller.sandbox.person_writes(ANA, "hi")
        ids.add(only(caller.get("/me/conversations"))["id"])
    assert len(ids) == 1


def test_messages_read_as_they_were_edited_and_not_once_they_were_taken_back(caller):
    ana = caller.sandbox.person(ANA)
    ana.says("one")
    ana.says("twoo")
    ana.edits("two")
    conversation = only(caller.get("/me/conversations", params={"fields": "snippet"}))
    assert conversation["snippet"] == "two"

    def texts():
        found = caller.get(f"/{conversation['id']}/messages", params={"fields": "message"}).json()["data"]
        return [each["message"] for each in found]

    assert texts() == ["two", "one"]
    ana.deletes()
    assert texts() == ["one"]
    ana.deletes()
    assert texts() == []
