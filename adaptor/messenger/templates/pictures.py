"""Pictures for the headers of utility templates, uploaded with the Resumable Upload API.

Source of all of it: https://developers.facebook.com/docs/graph-api/guides/upload (v26.0, checked 2026-11-28).
"""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeAlias
from urllib.parse import parse_qsl

from ...core.operation import Value
from ...core.state import a_kind
from ...core.values.arguments import defer, prepare
from ...core.values.lazy import resolve
from ...graph.answers.errors import GraphError
from ...graph.draft import Draft
from ...graph.operation import GraphOperation, graph_operation, make_call, next_state
from ...graph.request import GraphRequest
from ...wire.media_types import media_type
from ..rules.ids import APP_ID
from ..rules.limits import refuse
from ..rules.permissions import UPLOADS
from ..send.media_source import check_file

if TYPE_CHECKING:
    from ...core.run.context import Run
    from ...core.state import State

#: The heading under which `adaptor docs` shows this module.
HEADING = "utility templates"

#: The media types that an upload session takes and that are pictures.
PICTURES = ("image/jpeg", "image/png")
#: The id of a session that a dry run does not start.
_DRY_RUN = "upload:dry_run"

Picture: TypeAlias = "Value[Path]"


class _UploadDraft(Draft):
    """The call that starts an upload session; what follows it depends on its answer."""

    __slots__ = ("source",)

    def __init__(self, source: Any) -> None:
        super().__init__(
            "POST",
            [APP_ID, "uploads"],
            params={
                "file_name": defer(_name, source),
                "file_length": defer(_length, source),
                "file_type": defer(_type, source),
            },
            answers={"h": "dry_run"},
            expects=("id",),
            access="user",
            is_idempotent=True,
        )
        self.source = prepare(source)

    @property
    def makes_several_calls(self) -> bool:
        """Whether the operation makes several calls."""
        return True

    def calls(self, state: State) -> list[GraphRequest]:
        """Return both calls, the second one for a session that is not started."""
        return [self.request(state), _bytes_of(Path(resolve(self.source, state)), _DRY_RUN)]


class _Upload(GraphOperation):
    """Starts an upload session and sends the file to it."""

    __slots__ = ()
    draft: _UploadDraft

    def perform(self, state: State, run: Run) -> State:
        """Upload the file; `data` becomes its handle."""
        self._warn(state, run)
        try:
            # It makes no object, so another session does no harm; the ledger records the upload itself.
            session = self.describe(state)._replace(writes=False)
            started = _DRY_RUN if run.dry_run else make_call(session, self.draft, state, run).body["id"]
            upload = _bytes_of(Path(resolve(self.draft.source, state)), str(started))
            return next_state(state, make_call(upload, self.draft, state, run), self.draft)
        except GraphError as error:
            configuration = state.get("configuration") or {}
            if not configuration.get("user_access_token"):
                error.fix = (
                    f"{error.fix} Meta asks for the token of a person with a role on the app, and this was the Page's: "
                    "put `user_access_token` into the credential; adaptor config token --with-user-token does so."
                )
            raise

    def _warn(self, state: State, run: Run) -> None:
        """Warn where the person's token ends soon: that of the Page, which other calls use, may last longer."""
        from ...graph.token_ends import token_warnings

        token = (state.get("configuration") or {}).get("user_access_token")
        for warning in token_warnings(run.folders, token, run.began, "`user_access_token`") if token else ():
            run.warn("graph", f"{warning} Add --with-user-token.")


@graph_operation(needs=UPLOADS, kind=_Upload)
def upload_template_image(source: Picture) -> Draft:
    """Upload the picture of a utility template's header, and get the handle that `template_header` takes.

    The credential needs `app_id`, and `user_access_token`: the token of a person with the role of an administrator or
    developer on the app, or of a system user. Without it the Page's token is tried, which Meta may refuse.

    Args:
        source: The `Path` to a local JPEG or PNG file, which is read while it is sent. At most 8 MB, as
            for pictures that are sent: Meta names no figure.

    Returns:
        An operation. `data` becomes `{"h"}`: the handle. Meta does not say how long it is valid; use it at once.

    Raises:
        ConfigurationError: The credential lacks `app_id`. Nothing was uploaded.
        InvalidMessage: The file is not there, is too large, or is neither JPEG nor PNG. Nothing was uploaded.
        GraphError: Meta said no; the class says why. Nothing was uploaded.
        DeliveryUnknown: The answer was lost. It may be uploaded; uploading it again does no harm.

    Example:
        >>> from adaptor import state
        >>> picture = template_header(image_handle=state.data.h)
        >>> template = create_message_template("way", "en", [picture, template_body("This is the way to us.")])
        >>> combine(upload_template_image(state.data.file), template).name
        'combine'

    Source: https://developers.facebook.com/docs/graph-api/guides/upload
    """
    return _UploadDraft(source)


def _bytes_of(file: Path, session: str) -> GraphRequest:
    """Return the call that sends a file to a session."""
    # The session's id holds a signature: `upload:MTph…?sig=ARZq…`.
    path, _, query = session.partition("?")
    return GraphRequest(
        "POST",
        path,
        dict(parse_qsl(query)),
        files={"file": file},
        access="user",
        expects=("h",),
        is_idempotent=True,
        file_offset=0,
    )


def _checked(source: Any) -> Path:
    if not isinstance(source, os.PathLike):
        raise refuse(
            "source",
            f"is {a_kind(source)}, which is no path of a file",
            "Give the picture as a local file: from pathlib import Path; Path('map.png').",
        )
    path = Path(source)
    check_file("image", path)
    if media_type(path.name) not in PICTURES:
        raise refuse("source", f"is {path.name}, neither JPEG nor PNG", "Convert the picture to one of them.")
    return path


def _name(source: Any) -> str:
    return _checked(source).name


def _length(source: Any) -> int:
    return _checked(source).stat().st_size


def _type(source: Any) -> str:
    return str(media_type(_checked(source).name))
