"""Write Messenger jobs as short Python scripts: operations that take a state and return the next one.

```python
from adaptor import each, execute, send_text, state

remind = each(state.data.patients, send_text(state.data.psid, f"Hello {state.data.name}."))
execute(remind)({"data": {...}, "configuration": {"access_token": "…"}})
```
"""

from __future__ import annotations

# Not from `typing`: importing that takes longer than all of a small job.
TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from .common import http
    from .common.control import as_, assert_, combine, fn_if, group
    from .common.csv import parse_csv
    from .common.cursor import cursor
    from .common.data import (
        data_path,
        data_value,
        field,
        fields,
        index,
        join,
        merge,
        source,
        source_value,
    )
    from .common.http.errors import HttpError
    from .common.lists import array_to_string, chunk, to_array
    from .common.log import debug, log
    from .common.loop import each, map_, try_each
    from .common.objects import json_value, split_keys
    from .common.references import last_reference_value, reference_path
    from .common.schema import validate
    from .common.text import human_proper, scrub_emojis
    from .core.arguments import expand_references
    from .core.errors import (
        AdaptorError,
        ConditionIsText,
        ConfigurationError,
        DeliveryUnknown,
        InvalidMessage,
        ItemsFailed,
        JobError,
        LazyStateError,
        MissingReference,
        NotSent,
        WrongCall,
    )
    from .core.execute import execute, fn
    from .core.lazy import state
    from .core.operation import Operation
    from .core.state import State, compose_next_state
    from .core.version import __version__
    from .graph.anything import graph_request
    from .graph.batch import batch
    from .graph.errors import (
        GraphError,
        InvalidRequest,
        PermissionMissing,
        PolicyBlocked,
        RateLimited,
        RecipientUnavailable,
        TemporaryFailure,
        TokenInvalid,
        WindowClosed,
    )
    from .messenger.actions import mark_seen, react, typing_off, typing_on, unreact
    from .messenger.attachments import upload_attachment
    from .messenger.content import (
        button_template,
        element,
        generic_template,
        postback_button,
        quick_reply,
        url_button,
    )
    from .messenger.media import send_audio, send_file, send_image, send_video
    from .messenger.pictures import send_images, send_sticker
    from .messenger.send import post_message, private_reply, send_message, send_template, send_text
    from .messenger.utility import send_utility

__all__ = [
    "AdaptorError",
    "ConditionIsText",
    "ConfigurationError",
    "DeliveryUnknown",
    "GraphError",
    "HttpError",
    "InvalidMessage",
    "InvalidRequest",
    "ItemsFailed",
    "JobError",
    "LazyStateError",
    "MissingReference",
    "NotSent",
    "Operation",
    "PermissionMissing",
    "PolicyBlocked",
    "RateLimited",
    "RecipientUnavailable",
    "State",
    "TemporaryFailure",
    "TokenInvalid",
    "WindowClosed",
    "WrongCall",
    "__version__",
    "array_to_string",
    "as_",
    "assert_",
    "batch",
    "button_template",
    "chunk",
    "combine",
    "compose_next_state",
    "cursor",
    "data_path",
    "data_value",
    "debug",
    "each",
    "element",
    "execute",
    "expand_references",
    "field",
    "fields",
    "fn",
    "fn_if",
    "generic_template",
    "graph_request",
    "group",
    "http",
    "human_proper",
    "index",
    "join",
    "json_value",
    "last_reference_value",
    "log",
    "map_",
    "mark_seen",
    "merge",
    "parse_csv",
    "post_message",
    "postback_button",
    "private_reply",
    "quick_reply",
    "react",
    "reference_path",
    "scrub_emojis",
    "send_audio",
    "send_file",
    "send_image",
    "send_images",
    "send_message",
    "send_sticker",
    "send_template",
    "send_text",
    "send_utility",
    "send_video",
    "source",
    "source_value",
    "split_keys",
    "state",
    "to_array",
    "try_each",
    "typing_off",
    "typing_on",
    "unreact",
    "upload_attachment",
    "url_button",
    "validate",
]

#: Where each name lives. A module is imported when one of its names is first asked for, so that a job loads only what
#: it uses.
_ROOMS = {
    "common.control": ("as_", "assert_", "combine", "fn_if", "group"),
    "common": ("http",),
    "common.csv": ("parse_csv",),
    "common.cursor": ("cursor",),
    "common.data": (
        "data_path",
        "data_value",
        "field",
        "fields",
        "index",
        "join",
        "merge",
        "source",
        "source_value",
    ),
    "common.log": ("debug", "log"),
    "common.loop": ("each", "map_", "try_each"),
    "common.lists": ("array_to_string", "chunk", "to_array"),
    "common.objects": ("json_value", "split_keys"),
    "common.references": ("last_reference_value", "reference_path"),
    "common.schema": ("validate",),
    "common.text": ("human_proper", "scrub_emojis"),
    "common.http.errors": ("HttpError",),
    "core.errors": (
        "AdaptorError",
        "ConditionIsText",
        "ConfigurationError",
        "DeliveryUnknown",
        "InvalidMessage",
        "ItemsFailed",
        "JobError",
        "LazyStateError",
        "MissingReference",
        "NotSent",
        "WrongCall",
    ),
    "core.arguments": ("expand_references",),
    "core.lazy": ("state",),
    "core.execute": ("execute", "fn"),
    "core.operation": ("Operation",),
    "core.state": (
        "State",
        "compose_next_state",
    ),
    "core.version": ("__version__",),
    "graph.anything": ("graph_request",),
    "graph.batch": ("batch",),
    "graph.errors": (
        "GraphError",
        "InvalidRequest",
        "PermissionMissing",
        "PolicyBlocked",
        "RateLimited",
        "RecipientUnavailable",
        "TemporaryFailure",
        "TokenInvalid",
        "WindowClosed",
    ),
    "messenger.content": (
        "button_template",
        "element",
        "generic_template",
        "postback_button",
        "quick_reply",
        "url_button",
    ),
    "messenger.actions": ("mark_seen", "react", "typing_off", "typing_on", "unreact"),
    "messenger.attachments": ("upload_attachment",),
    "messenger.media": ("send_audio", "send_file", "send_image", "send_video"),
    "messenger.pictures": ("send_images", "send_sticker"),
    "messenger.send": ("post_message", "private_reply", "send_message", "send_template", "send_text"),
    "messenger.utility": ("send_utility",),
}
_MODULES = {name: module for module, names in _ROOMS.items() for name in names}


def __getattr__(name: str) -> Any:
    module = _MODULES.get(name)
    if module is None:
        raise AttributeError(f"module 'adaptor' has no attribute {name!r}")
    from importlib import import_module

    room = import_module(f"{__name__}.{module}")
    # The name is something in the module, or itself a module of the room.
    value = getattr(room, name) if hasattr(room, name) else import_module(f"{room.__name__}.{name}")
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
