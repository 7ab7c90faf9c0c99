"""All operations of a job, those inside others too."""

from adaptor import each, fn_if, list_labels, log, send_text, state
from adaptor.runner.load.operations import operations_in


def test_operations_inside_arguments_lists_objects_and_sources_are_found():
    inner = send_text(state.data.psid, "hi")
    job = [each(list_labels(), fn_if(state.data.x == 1, inner, log("no")))]
    names = [operation.name for operation in operations_in([*job, {"a": (log("b"),)}, "text"])]
    assert names == ["each", "list_labels", "fn_if", "send_text", "log", "log"]
