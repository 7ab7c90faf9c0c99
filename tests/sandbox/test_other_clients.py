"""Clients that we did not write, against the sandbox: Meta's own SDK, and a community one."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from facebook_business.adobjects.page import Page
from facebook_business.api import FacebookAdsApi
from facebook_business.exceptions import FacebookRequestError
from facebook_business.session import FacebookSession
from fbmessenger import MessengerClient
from fbmessenger.attachments import Image
from fbmessenger.elements import Button, Text
from fbmessenger.quick_replies import QuickReplies, QuickReply
from fbmessenger.thread_settings import (
    GetStartedButton as GetStarted,
    GreetingText,
    MessengerProfile,
    PersistentMenu,
    PersistentMenuItem,
)

if TYPE_CHECKING:
    from collections.abc import Callable

    from adaptor.sandbox import Sandbox

ANA = "6543210987654321"
PICTURE = "https://example.org/a.png"
SECRET = "the secret of the app"


@pytest.fixture
def strict(start_sandbox: Callable[..., Sandbox]) -> Sandbox:
    return start_sandbox(app_secret=SECRET, require_proof=True)


@pytest.fixture
def page(strict: Sandbox, monkeypatch: pytest.MonkeyPatch) -> Page:
    """The Page as Meta's SDK sees it; it sends forms, and the token and its proof in the query."""
    monkeypatch.setattr(FacebookSession, "GRAPH", strict.url)
    session = FacebookSession(strict.app_id, SECRET, strict.access_token)
    session.requests.trust_env = False
    return Page(strict.page_id, api=FacebookAdsApi(session))


@pytest.fixture
def client(strict: Sandbox) -> Any:
    """fbmessenger, which sends JSON, names version 2.12, and gives back whatever Graph says."""
    client = MessengerClient(strict.access_token, app_secret=SECRET)
    client.session.trust_env = False
    client.graph_url = f"{strict.url}/v2.12"
    yield client
    client.session.close()


def test_the_sdk_sends(strict, page):
    sent = page.create_message(
        params={"recipient": {"id": ANA}, "message": {"text": "Hello, Björk 😊"}, "messaging_type": "RESPONSE"}
    )
    (message,) = strict.assert_sent(ANA, text="Hello, Björk 😊", messaging_type="RESPONSE")
    assert (sent["message_id"], sent["recipient_id"]) == (message.id, ANA)


def test_the_sdk_uploads_by_address(strict, page):
    message = {"attachment": {"type": "image", "payload": {"url": PICTURE, "is_reusable": True}}}
    uploaded = page.create_message_attachment(params={"message": message})
    payload = {"attachment_id": uploaded["attachment_id"]}
    page.create_message(
        params={"recipient": {"id": ANA}, "message": {"attachment": {"type": "image", "payload": payload}}}
    )
    strict.assert_sent(ANA, attachment_type="image")


def test_the_sdk_uploads_a_file(strict, page, tmp_path):
    file = tmp_path / "plan.pdf"
    file.write_bytes(b"%PDF-1.7 " + bytes(100_000))
    message = {"attachment": {"type": "file", "payload": {"is_reusable": True}}}
    with file.open("rb") as stream:
        answer = page.get_api_assured().call(
            "POST", (strict.page_id, "message_attachments"), params={"message": message}, files={"filedata": stream}
        )
    assert answer.json()["attachment_id"].isdigit()


def test_the_sdk_sets_and_reads_the_profile(page):
    page.create_messenger_profile(params={"get_started": {"payload": "GO"}, "whitelisted_domains": [PICTURE]})
    (found,) = page.get_messenger_profile(fields=["get_started", "whitelisted_domains"])
    assert found["get_started"] == {"payload": "GO"}
    assert found["whitelisted_domains"] == [PICTURE]
    page.delete_messenger_profile(params={"fields": ["GET_STARTED"]})
    assert len(page.get_messenger_profile(fields=["get_started"])) == 0


def test_the_sdk_goes_through_pages_of_personas(page):
    for number in range(5):
        page.create_persona(params={"name": f"Persona {number}", "profile_picture_url": PICTURE})
    assert [each["name"] for each in page.get_personas(params={"limit": 2})] == [
        f"Persona {n}" for n in range(4, -1, -1)
    ]


def test_the_sdk_reads_conversations(strict, page):
    strict.person(ANA).says("hello")
    (found,) = page.get_conversations(fields=["snippet", "unread_count"], params={"platform": "MESSENGER"})
    assert (found["snippet"], found["unread_count"]) == ("hello", 1)


def test_the_sdk_sends_a_batch(strict, page):
    answers = []
    batch = page.get_api_assured().new_batch()
    for number in range(3):
        page.create_message(
            params={"recipient": {"id": ANA}, "message": {"text": f"{number}"}}, batch=batch, success=answers.append
        )
    batch.execute()
    assert [message.text for message in strict.messages] == ["0", "1", "2"]
    assert [answer.json()["message_id"] for answer in answers] == [message.id for message in strict.messages]


def test_the_sdk_reads_an_error(strict, page):
    strict.person(ANA).blocks()
    with pytest.raises(FacebookRequestError) as caught:
        page.create_message(params={"recipient": {"id": ANA}, "message": {"text": "hi"}})
    error = caught.value
    assert (error.api_error_code(), error.api_error_subcode(), error.http_status()) == (551, 1545041, 400)
    assert error.api_error_message() == "(#551) This person isn't available right now."


def test_the_community_client_sends_text_with_quick_replies(strict, client):
    replies = QuickReplies([QuickReply(title="Yes", payload="Y"), QuickReply(title="No", payload="N")])
    answer = client.send(Text(text="Well?", quick_replies=replies).to_dict(), ANA, "RESPONSE")
    assert answer["message_id"] == strict.assert_sent(ANA, quick_reply_titles=["Yes", "No"])[0].id


def test_the_community_client_sends_a_template_and_an_action(strict, client):
    # Its own template classes do not work on Python 3.10 and later.
    button = Button(button_type="postback", title="Go", payload="GO").to_dict()
    payload = {"template_type": "button", "text": "Well?", "buttons": [button]}
    assert "message_id" in client.send({"attachment": {"type": "template", "payload": payload}}, ANA)
    assert client.send_action("typing_on", ANA) == {"recipient_id": ANA}
    strict.assert_sent(ANA, template_type="button")


def test_the_community_client_uploads(strict, client):
    answer = client.upload_attachment(Image(url=PICTURE))
    assert answer["attachment_id"].isdigit()


def test_the_community_client_sets_a_profile(strict, client):
    menu = PersistentMenu([PersistentMenuItem(item_type="postback", title="Help", payload="HELP")])
    started, greeting = GetStarted(payload="GO"), GreetingText(text="Hello")
    profile = MessengerProfile(get_started=started, greetings=[greeting], persistent_menus=[menu])
    assert client.set_messenger_profile(profile.to_dict()) == {"result": "success"}
    # The menu hangs on the button.
    assert client.delete_get_started()["error"]["code"] == 100
    assert client.delete_persistent_menu() == {"result": "success"}
    assert client.delete_get_started() == {"result": "success"}


def test_the_community_client_reads_a_person(strict, client):
    strict.add_person("77", first_name="Ana", locale="pt_BR")
    assert client.get_user_data("77") == {"first_name": "Ana", "locale": "pt_BR", "id": "77"}


def test_the_community_client_reads_an_error(strict, client):
    strict.add_person("78", last_message_hours_ago=30)
    error = client.send({"text": "hi"}, "78")["error"]
    assert (error["code"], error["error_subcode"], error["type"]) == (10, 2018278, "OAuthException")


def test_the_community_client_links_and_unlinks(strict, client):
    strict.person(ANA).links_account("code")
    assert client.unlink_account(ANA) == {"result": "unlink account success"}
