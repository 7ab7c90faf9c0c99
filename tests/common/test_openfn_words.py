"""Names that OpenFn's adaptors have and our vocabulary leaves out, with what a job writes instead."""

import base64
import json

import adaptor
from adaptor import fn, map_, state

#: None of these is missed by a job: they are what adaptors import from each other.
LEFT_OUT = {
    "as_data": "what a loop goes through is the loop's own affair: each, map_ and merge take any source",
    "encode": "base64.b64encode, of text or of what json.dumps made",
    "decode": "base64.b64decode; a text stays a text until somebody says json.loads",
    "make_basic_auth_header": "auth=(user, password) of http.get and its like; nobody writes the header",
    "throw_error": "raise; what a job raises becomes a JobError with its code and line",
}


def test_what_python_has_is_not_in_the_vocabulary() -> None:
    assert not LEFT_OUT.keys() & set(adaptor.__all__)


def test_a_job_encodes_and_decodes_with_what_python_has() -> None:
    rows = [{"visit": 3}, ["ü"]]
    packed = map_(state.rows, lambda row, index, given: base64.b64encode(json.dumps(row).encode()).decode())
    unpacked = fn(lambda given: {**given, "data": [json.loads(base64.b64decode(text)) for text in given["data"]]})
    assert packed.then(unpacked)({"rows": rows})["data"] == rows
