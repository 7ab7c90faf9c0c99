import pytest

ANA = "6543210987654321"


@pytest.fixture
def ana(caller):
    return caller.sandbox.person(ANA)
