"""`ccr explain`: where a request goes and why, what is in it, and what its upstream would get."""

import sys
from pathlib import Path
from typing import Annotated, Any
from urllib.parse import quote

import msgspec
from cyclopts import Parameter

from ccr.cli.option import ConfigOption, JsonOption, PortOption
from ccr.cli.place import site_to_look_at
from ccr.cli.rotation import NOT_RUNNING
from ccr.errors import CommandError
from ccr.run.inquire import inquire
from ccr.run.service import Running, Site, look
from ccr.status.explain import words


def explain(
    request: str | None = None,
    /,
    *,
    last: Annotated[bool, Parameter(negative="", help="The last request that the service answered.")] = False,
    model: Annotated[str | None, Parameter(help="Show this target (provider,model) beside the chosen one.")] = None,
    json: JsonOption = False,
    config: ConfigOption = None,
    port: PortOption = None,
) -> int:
    """Say where a request goes and why, what it is made of, and what its upstream would get.

    REQUEST is a file with the JSON of a Messages request, `-` for standard input, or the id of one of the last twenty
    requests that the service answered (`request-id` of the answer). Nothing is sent; keys are masked.

    Examples:

        ccr explain --last
        ccr explain request.json --model openrouter,qwen/qwen3-coder
    """
    site = site_to_look_at(config, port)
    is_stored = last or request is None or request.startswith("req_")
    found = _stored(site, request, model) if is_stored else _own(site, _text(str(request)), model)
    print(msgspec.json.encode(found).decode() if json else words(found), end="")
    return 0


def _stored(site: Site, name: str | None, model: str | None) -> Any:
    running = look(site)
    if not isinstance(running, Running):
        raise CommandError("the service is not running, so it remembers no request; give a file", code=NOT_RUNNING)
    loaded = site.source.read()
    path = f"/api/explain?id={quote(name or '')}&model={quote(model or '')}"
    return inquire(running, path, apikey=loaded.config.apikey if loaded.config else None)


def _text(name: str) -> bytes:
    if name == "-":
        return sys.stdin.buffer.read()
    try:
        return Path(name).read_bytes()
    except OSError as error:
        raise CommandError(f"{name!r} can't be read: {error.strerror}") from error


def _own(site: Site, raw: bytes, model: str | None) -> Any:
    # Loads the whole router, which asking a service does without.
    from ccr.run.explain import explained

    return explained(site.source, raw, model=model or "")
