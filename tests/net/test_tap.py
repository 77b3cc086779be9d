from ccr.config.schema import Provider
from ccr.net.client import request
from ccr.net.tap import Tapped
from tests.aio import trio_test
from tests.vendor import vendor


@trio_test()
async def test_last_reply_is_remembered_and_passed_on() -> None:
    with vendor(lambda seen: (200, f"data: {seen.path}\n\n".encode())) as made:
        tapped = Tapped({})
        client = tapped.client(Provider(name="p", url=made.url), proxy_url=None)
        for path in ("/first", "/last"):
            response = await client.handle_async_request(request("GET", made.url + path, headers={}, body=b""))
            passed = b"".join([data async for data in response.stream])  # type: ignore[union-attr]
            await response.aclose()
        await tapped.aclose()
    assert (tapped.kind, tapped.data, passed) == ("text/event-stream", b"data: /last\n\n", b"data: /last\n\n")
