"""Describes images to models that can't see: the `image` route is asked first, and its words go in place of the images.

Descriptions are kept by the image's content, so that an image stays described for the rest of its session. Whatever
fails leaves a placeholder: the request itself goes on.
"""

from functools import partial
from typing import Any, Protocol

import trio

from ccr.anthropic.nested import name_of
from ccr.anthropic.picture import answer_text, pictures, question, worded
from ccr.anthropic.request import Inbound
from ccr.core.jsonio import dump
from ccr.core.unified import Json
from ccr.errors import CcrError
from ccr.route.body import last_words
from ccr.route.catalog import Target
from ccr.route.name import resolve
from ccr.snapshot import Snapshot
from ccr.upstream import Upstream

KEPT = 300
"""Descriptions that are remembered."""
AT_ONCE = 8
"""Images of one request that are described; older ones get a placeholder."""
SECONDS = 60.0
"""For the descriptions of one request."""


class Ask(Protocol):
    """Sends a Messages request of our own to an upstream and returns the whole reply; raises CcrError."""

    async def __call__(self, inbound: Inbound, upstream: Upstream) -> Any: ...


class Descriptions:
    """What images show, in words, by the name of their content."""

    def __init__(self) -> None:
        self._words: dict[str, str] = {}

    async def put(self, body: Json, upstream: Upstream, snapshot: Snapshot, *, inbound: Inbound, ask: Ask) -> Json:
        """Return the body for an upstream: the same if it sees or has no images, else with words in their place."""
        eye = _eye(snapshot, upstream)
        if eye is None or not inbound.has_images:
            return body
        found = pictures(body)
        if not found:
            return body
        missing = [image for name, image in found.items() if name not in self._words][-AT_ONCE:]
        with trio.move_on_after(SECONDS):
            async with trio.open_nursery() as nursery:
                for image in missing:
                    nursery.start_soon(partial(self._describe, image, eye, inbound=inbound, ask=ask))
        return worded(body, self._words)

    async def _describe(self, image: Json, eye: Upstream, *, inbound: Inbound, ask: Ask) -> None:
        body = {"model": f"{eye.provider.name},{eye.model}", **question(image, last_words(inbound.body))}
        try:
            words = answer_text(await ask(Inbound(body=body, raw=dump(body), headers={}), eye))
        except (CcrError, ValueError):
            return
        if words:
            self._words[name_of(image)] = words
        while len(self._words) > KEPT:
            del self._words[next(iter(self._words))]


def _eye(snapshot: Snapshot, upstream: Upstream) -> Upstream | None:
    """Return who describes images to `upstream`; None if it needs nobody, or there is nobody."""
    route = snapshot.routes.rules.get("image")
    sees = upstream.facts.images
    if route is None or sees is True or (sees is None and not snapshot.config.force_use_image_agent):
        return None
    try:
        target: Target = resolve(route.model, snapshot.catalog)
        eye = snapshot.upstream(target.provider, target.model)
    except CcrError:
        return None
    return None if (eye.provider.name, eye.model) == (upstream.provider.name, upstream.model) else eye
