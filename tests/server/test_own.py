from collections.abc import Awaitable, Generator

import pytest

from ccr.errors import BadRequest
from ccr.server.own import awaited
from tests.aio import trio_test


async def double(number: int) -> int:
    if number > 2:
        raise BadRequest("too large")
    return number * 2


def steps(*numbers: int) -> Generator[Awaitable[int], int, list[int]]:
    total = []
    for number in numbers:
        doubled = yield double(number)
        total += [doubled]
    return total


@pytest.mark.parametrize("numbers", [(), (1,), (1, 2, 1)])
@trio_test()
async def test_steps_get_what_came_of_them(numbers: tuple[int, ...]) -> None:
    assert await awaited(steps(*numbers)) == [number * 2 for number in numbers]


@trio_test()
async def test_failure_ends_the_steps() -> None:
    with pytest.raises(BadRequest):
        await awaited(steps(1, 3, 1))
