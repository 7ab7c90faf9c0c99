from adaptor.sandbox.state.uploads import Uploads


def test_the_oldest_file_is_dropped_when_the_space_is_full():
    uploads = Uploads(room=10)
    keys = [uploads.put("image/png", bytes(4)) for _ in range(3)]
    assert [uploads.get(key) is not None for key in keys] == [False, True, True]
