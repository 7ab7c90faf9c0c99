"""OpenFn's names and ours.

Most names of ours are theirs in another spelling: `fnIf` is `fn_if`, `as` is `as_`. The table holds the others.

Source: https://docs.openfn.org/adaptors/packages/common-docs and
https://github.com/OpenFn/adaptors/blob/main/packages/facebook/src/Adaptor.js (checked 2026-11-28).
"""

from __future__ import annotations

import re

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Collection

#: Names of OpenFn's adaptors and of JavaScript that are called otherwise in Python, and what to write.
PYTHON = {
    "alterState": "fn(…)",
    "del": "http.delete(…)",
    "get": "http.get(…)",
    "post": "http.post(…)",
    "put": "http.put(…)",
    "patch": "http.patch(…)",
    "request": "http.request(…)",
    "fetch": "http.get(…) or http.post(…)",
    "axios": "http.get(…) or http.post(…)",
    "console": "log(…) as a step, print(…) in a function",
    "dateFns": "datetime, with `from datetime import datetime`",
    "JSON": "json.dumps(…) or json.loads(…), with `import json`",
    "Math": "round(…), min(…), max(…), or `import math`",
    "Object": "dict.keys(), dict.values(), dict.items()",
    "Array": "list(…)",
    "parseInt": "int(…)",
    "parseFloat": "float(…)",
    "Number": "int(…) or float(…)",
    "String": "str(…)",
    "Date": "datetime.now(), with `from datetime import datetime`",
    "Promise": "nothing: operations run one after the other",
    "setTimeout": "time.sleep(seconds) in a function, with `import time`",
    "null": "None",
    "undefined": "None",
    "true": "True",
    "false": "False",
}

_OF_LODASH = 'a comprehension or a function of Python: [row["id"] for row in rows]'


def python_name(name: str, known: Collection[str]) -> str | None:
    """Return what Python writes for a name of a JavaScript job, or None where nothing is known of it.

    Args:
        name: The name, with the object before it where there is one: `http.get`.
        known: Our names.

    Example:
        >>> python_name("fnIf", ["fn", "fn_if"]), python_name("as", ["as_"]), python_name("alterState", [])
        ('fn_if(…)', 'as_(…)', 'fn(…)')
    """
    first, dot, rest = name.partition(".")
    if first in ("_", "lodash"):
        return _OF_LODASH
    spelt = re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", first).lower()
    for ours in (spelt, f"{spelt}_"):
        if ours in known:
            return f"{ours}{dot}{rest}(…)"
    return PYTHON.get(first)
