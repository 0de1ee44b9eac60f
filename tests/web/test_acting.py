import pytest

from duanka.errors import BadInput
from duanka.web.acting import back_to, version


@pytest.fixture
def anyio_backend():
    return "asyncio"


@pytest.mark.anyio
@pytest.mark.parametrize("place", ["//x", "https://x", "/\\x", "", "/a\nb"])
async def test_the_way_back_is_ours(place):
    assert (await back_to(place)).headers["location"] == "/overview"
    assert (await back_to("/case/c-1")).headers["location"] == "/case/c-1"


@pytest.mark.parametrize("text", ["", "x", "-1", "٣", "9" * 40])
def test_a_form_says_what_its_reader_saw(text):
    with pytest.raises(BadInput):
        version({"version": text})
    assert version({"version": "3"}) == 3
