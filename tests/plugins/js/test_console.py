import trio
import trio.testing

from ccr.plugins.js.console import LINE_LIMIT, LINES_A_SECOND, Console, listen
from tests.aio import trio_test


def printed(*pieces: tuple[bytes, float]) -> list[str]:
    lines: list[str] = []
    console = Console(lines.append)
    for data, now in pieces:
        console.feed(data, now)
    console.close()
    return lines


def test_lines_come_whole_however_they_are_cut() -> None:
    assert printed((b"one\ntw", 0), (b"o\n\n", 0), (b"\xffthree", 0)) == [
        "one",
        "two",
        "\N{REPLACEMENT CHARACTER}three",
    ]


def test_long_line_is_cut() -> None:
    assert printed((b"x" * 5_000_000, 0), (b"y" * 5_000_000, 0)) == ["x" * LINE_LIMIT]


def test_flood_is_counted() -> None:
    lines = printed((b"a\n" * 5000, 1.0), (b"later\n", 2.0))
    assert lines == ["a"] * LINES_A_SECOND + [f"({5000 - LINES_A_SECOND} more lines)", "later"]


@trio_test(autojump=True)
async def test_stream_is_read_to_its_end() -> None:
    lines: list[str] = []
    ours, theirs = trio.testing.memory_stream_one_way_pair()
    async with trio.open_nursery() as nursery:
        nursery.start_soon(listen, theirs, lines.append)
        await ours.send_all(b"one\ntwo")
        await ours.aclose()
    assert lines == ["one", "two"]
