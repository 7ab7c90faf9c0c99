"""`--curl`: a failed call as a curl command without the credential, to try by hand."""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any

    from ...core.run.context import Run


def curl_printer(run: Run) -> Callable[[dict[str, Any]], None]:
    """Return a function that logs each failed call of a run."""

    def show(request: dict[str, Any]) -> None:
        run.log("error", "curl", curl_command(request))

    return show


def curl_command(request: dict[str, Any]) -> str:
    r"""Return a call to the Graph API as a command for a shell.

    Args:
        request: As `AdaptorError.request` holds it. The token is left to the shell's variable `ACCESS_TOKEN`, the proof
            of the app secret to `APPSECRET_PROOF`.

    Example:
        >>> print(curl_command({"method": "GET", "url": "https://graph.facebook.com/v26.0/me", "params": {}}))
        curl 'https://graph.facebook.com/v26.0/me' \
          -H "Authorization: Bearer $ACCESS_TOKEN"
    """
    import json
    from urllib.parse import urlencode

    query = urlencode({key: value for key, value in request["params"].items() if value is not None}, doseq=True)
    url = _quoted(request["url"] + (f"?{query}" if query else ""))
    if request.get("proof"):
        # Single quotes keep the shell from looking at signs in the address; the variable stands outside of them.
        url += f"'{'&' if query else '?'}appsecret_proof='\"$APPSECRET_PROOF\""
    lines = [f"curl {url}" if request["method"] == "GET" else f"curl -X {request['method']} {url}"]
    lines.append('  -H "Authorization: Bearer $ACCESS_TOKEN"')
    if request.get("file_offset") is not None:
        (path,) = request["files"].values()
        lines += [f"  -H 'file_offset: {request['file_offset']}'", f"  --data-binary {_quoted(f'@{path}')}"]
    elif request.get("files"):
        fields = {**(request.get("body") or {})}
        texts = {name: value if isinstance(value, str) else json.dumps(value) for name, value in fields.items()}
        lines += [f"  --form-string {_quoted(f'{name}={value}')}" for name, value in texts.items()]
        lines += [f"  -F {_quoted(f'{name}=@{path}')}" for name, path in request["files"].items()]
    elif request.get("body") is not None:
        body = json.dumps(request["body"], ensure_ascii=False, separators=(",", ":"))
        lines += ["  -H 'Content-Type: application/json'", f"  --data {_quoted(body)}"]
    return " \\\n".join(lines)


def _quoted(text: str) -> str:
    import shlex

    quoted = shlex.quote(text)
    return quoted if quoted.startswith("'") else f"'{text}'"
