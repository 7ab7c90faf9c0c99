"""Where a run's configuration comes from: the credentials file, the state, the environment."""

from __future__ import annotations

import os

from ..core.errors import InputError
from .files import json_object, read_json_object

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

#: A whole configuration as JSON, or the access token alone.
ENVIRONMENT_JSON = "ADAPTOR_CONFIGURATION"
ENVIRONMENT_TOKEN = "ADAPTOR_ACCESS_TOKEN"


def gather(state_configuration: Any, credentials: str | None) -> dict[str, Any]:
    """Put a run's configuration together; a credentials file wins over the state, the state over the environment.

    Args:
        state_configuration: What stands under `configuration` in the initial state, or None.
        credentials: The path of a credentials file, or None.

    Raises:
        InputError: One of them is not a JSON object.
    """
    if state_configuration is not None and not isinstance(state_configuration, dict):
        raise InputError(
            "`configuration` in the state is not an object.", fix='Write {"configuration": {"access_token": "…"}}.'
        )
    configuration: dict[str, Any] = {}
    if text := os.environ.get(ENVIRONMENT_JSON):
        configuration.update(json_object(text, f"The environment variable {ENVIRONMENT_JSON}"))
    elif token := os.environ.get(ENVIRONMENT_TOKEN):
        configuration["access_token"] = token
    configuration.update(state_configuration or {})
    if credentials is not None:
        configuration.update(read_json_object(credentials, "credentials file"))
    return configuration
