"""Pictures of utility templates: uploaded to the app, used by their handle, uploaded again for another Page."""

from __future__ import annotations

import re
import shutil
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from werkzeug import Request, Response

from adaptor import (
    ConfigurationError,
    InvalidMessage,
    PermissionMissing,
    WrongCall,
    batch,
    combine,
    copy_message_template,
    create_message_template,
    get_message_template,
    get_page,
    list_message_templates,
    state,
    template_body,
    template_header,
    upload_template_image,
)
from adaptor.core.run.context import Run
from adaptor.graph.token_ends import learn
from adaptor.sandbox import Sandbox

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from pytest_httpserver import HTTPServer

MAP = Path(__file__).parent / "map.png"
BODY = template_body("Here is the way, {{1}}, to us.", ["Ana"])
WITH_PICTURE = create_message_template("way", "en", [template_header(image_handle=state.data.h), BODY])


@pytest.fixture
def pages() -> Iterator[tuple[Sandbox, Sandbox]]:
    """Two Pages of one app."""
    app = {"id": "7"}
    with (
        Sandbox(app=app, app_secret="s", require_proof=True) as first,
        Sandbox(app=app, app_secret="s", require_proof=True, page={"id": "8", "name": "Other"}) as second,
    ):
        yield first, second


@pytest.fixture
def do(state_for: Any) -> Callable[..., Any]:
    """Perform an operation as a Page of a sandbox."""

    def perform(page: Sandbox, operation: Any, data: Any = None, **others: Any) -> Any:
        known = {"access_token": page.access_token, "user_access_token": page.user_token, "app_id": page.app_id}
        return operation(state_for(page.url, data=data, **{**known, "app_secret": page.app_secret, **others}))["data"]

    return perform


def test_a_template_has_the_picture_that_was_uploaded(pages: Any, do: Any) -> None:
    page, _ = pages
    made = do(page, combine(upload_template_image(MAP), WITH_PICTURE))
    header = do(page, get_message_template(made["id"]))["components"][0]
    key = header["example"]["header_handle"][0].rpartition("/")[2]
    assert page._page.uploads.get(key) == ("image/png", MAP.read_bytes())


def test_a_template_is_copied_to_another_page(pages: Any, do: Any) -> None:
    first, second = pages
    found = do(first, combine(create_message_template("open", "en", [BODY]), get_message_template(state.data.id)))
    copied = do(second, copy_message_template(state.data, language="en_US"), found)
    made = do(second, get_message_template(copied["id"]))
    assert (made["name"], made["language"]) == ("open", "en_US")
    assert made["components"] == found["components"] == [BODY]


@pytest.mark.parametrize(
    "described",
    [
        {"body": "Hello {{1}}, we expect you on {{2}}, at nine.", "header": "Your visit, {{1}}"},
        {"body": "Hello {{name}}, we expect you on {{day}}, at nine."},
        {"body": "We are closed.", "buttons": [{"type": "POSTBACK", "text": "Fine"}, {"type": "URL", "text": "More"}]},
    ],
    ids=["numbered places", "named places", "buttons"],
)
def test_a_template_of_the_sandbox_file_can_be_copied(start_sandbox: Any, do: Any, described: dict[str, Any]) -> None:
    page = start_sandbox(templates=[{"name": "visit", "language": "en", **described}])
    copied = do(page, combine(list_message_templates(), copy_message_template(state.data[0], name="visit_2")))
    assert copied["status"] == "APPROVED"


def test_a_copy_of_a_template_with_a_picture_needs_the_picture_again(pages: Any, do: Any) -> None:
    first, second = pages
    found = do(first, combine(upload_template_image(MAP), WITH_PICTURE, get_message_template(state.data.id)))
    with pytest.raises(InvalidMessage, match="is a picture, of which Meta gives an address only") as raised:
        do(second, copy_message_template(found))
    assert "upload_template_image" in raised.value.fix
    copied = do(second, combine(upload_template_image(MAP), copy_message_template(found, image_handle=state.data.h)))
    assert copied["status"] == "APPROVED"


def test_what_is_no_template_is_not_copied() -> None:
    with pytest.raises(InvalidMessage, match="has no components"):
        copy_message_template({"id": "1", "name": "open"})


def test_an_address_is_no_handle() -> None:
    with pytest.raises(InvalidMessage, match="is an address"):
        template_header(image_handle="https://example.org/map.png")


def test_a_refusal_of_the_pages_token_says_which_token_is_needed(pages: Any, do: Any) -> None:
    with pytest.raises(PermissionMissing) as raised:
        do(pages[0], upload_template_image(MAP), user_access_token=None)
    assert "put `user_access_token` into the credential" in raised.value.fix


def test_the_app_must_be_known(do: Any, pages: Any) -> None:
    with pytest.raises(ConfigurationError, match="app_id"):
        do(pages[0], upload_template_image(MAP), app_id=None)


def test_a_file_that_is_no_picture_is_refused_where_it_is_written(tmp_path: Path) -> None:
    shutil.copy(MAP, tmp_path / "map.gif")
    with pytest.raises(InvalidMessage, match="neither JPEG nor PNG"):
        upload_template_image(tmp_path / "map.gif")
    with pytest.raises(InvalidMessage, match="does not exist"):
        upload_template_image(tmp_path / "none.png")
    with pytest.raises(InvalidMessage, match="no path of a file"):
        upload_template_image("map.png")  # type: ignore[arg-type]


def test_a_dry_run_sends_nothing(pages: Any, do: Any) -> None:
    with Run(dry_run=True):
        made = do(pages[0], combine(upload_template_image(MAP), WITH_PICTURE))
    assert made["status"] == "PENDING"
    assert pages[0].requests == []


def test_a_batch_refuses_what_makes_two_calls() -> None:
    with pytest.raises(WrongCall, match="makes 2 calls"):
        batch(upload_template_image(MAP))({"configuration": {"app_id": "7"}})


def test_the_signature_of_the_session_and_the_scheme_of_metas_page_are_sent(
    httpserver: HTTPServer, state_for: Any
) -> None:
    seen: list[Request] = []

    def answer(request: Request) -> Response:
        seen.append(request)
        given = '{"h": "4::a"}' if "upload:" in request.path else '{"id": "upload:AB==?sig=x%2By"}'
        return Response(given, content_type="application/json")

    httpserver.expect_request(re.compile(r"/v\d+\.0/7/uploads")).respond_with_handler(answer)
    httpserver.expect_request(re.compile(r"/v\d+\.0/upload:AB==")).respond_with_handler(answer)
    credential = {"app_id": "7", "user_access_token": "EAAG-of-a-person"}
    after = upload_template_image(MAP)(state_for(httpserver.url_for(""), **credential))
    start, upload = seen
    assert start.args.to_dict() == {"file_name": "map.png", "file_length": "69", "file_type": "image/png"}
    assert start.headers["Authorization"] == "Bearer EAAG-of-a-person"
    assert (upload.args["sig"], upload.headers["Authorization"]) == ("x+y", "OAuth EAAG-of-a-person")
    assert upload.data == MAP.read_bytes()
    assert after["data"] == {"h": "4::a"}


def test_an_upload_warns_of_the_end_of_the_persons_token(pages: Any, do: Any, tmp_path: Path) -> None:
    page, _ = pages
    said: list[str] = []
    with Run(sink=lambda level, component, message, fields: said.append(message)) as run:
        run.folders = (str(tmp_path),)
        learn(run.folders, page.user_token, {"expires_at": int(run.began) + 3 * 24 * 3600 + 60}, run.began)
        do(page, get_page())
        assert not any("ends on" in line for line in said)
        do(page, upload_template_image(MAP))
    (warning,) = [line for line in said if "ends on" in line]
    assert warning.startswith("warning: `user_access_token` ends on ")
    assert "in 3 days. Make a new one before: adaptor config token --replace. Add --with-user-token." in warning
