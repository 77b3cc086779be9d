"""Refusals of images in the words of vendors, and requests of all wire formats without images."""

import copy
from typing import Any

import pytest

from ccr.core.history import NO_SIGHT
from ccr.keys.picture import leave_out_images, refuses_images


@pytest.mark.parametrize(
    "text",
    [
        "this model does not support image input (ref: b8bd630e)",
        "No endpoints found that support image input",
        "Invalid content type. image_url is only supported by certain models.",
        "/config/models/squirtle_instruct is not a multimodal model",
        "ValueError: Received multimodal data but multimodal processing is not enabled. Use --enable-multimodal flag",
        "image input is not supported - hint: if this is unexpected, you may need to provide the mmproj",
        "messages[3]: unknown variant `image_url`, expected `text` at line 1 column 9",
        "Model does not support images. Please use a model that does.",
        "This model doesn't support vision",
    ],
)
def test_refusals_of_images_are_known(text: str) -> None:
    assert refuses_images(text)


@pytest.mark.parametrize(
    "text",
    [
        "image exceeds 5 MB maximum: 6291456 bytes > 5242880 bytes",
        "This model does not support image formats other than png",
        "image URLs are not supported, send base64",
        "Could not process image",
        "this model does not support image generation",
        "model not found",
        "temperature is not supported",
    ],
)
def test_other_refusals_are_not_taken_for_them(text: str) -> None:
    assert not refuses_images(text)


URL = {"type": "image_url", "image_url": {"url": "data:image/png;base64,AA=="}}
BLOCK = {"type": "image", "source": {"type": "base64", "media_type": "image/png", "data": "AA=="}}
SAID = {"type": "text", "text": "look"}
LEFT = {"type": "text", "text": NO_SIGHT}


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        (
            {"messages": [{"role": "user", "content": [SAID, URL]}, {"role": "tool", "content": [URL]}]},
            {"messages": [{"role": "user", "content": [SAID, LEFT]}, {"role": "tool", "content": [LEFT]}]},
        ),
        (
            {"messages": [{"role": "user", "content": [{"type": "tool_result", "content": [BLOCK, SAID]}]}]},
            {"messages": [{"role": "user", "content": [{"type": "tool_result", "content": [LEFT, SAID]}]}]},
        ),
        (
            {"input": [{"role": "user", "content": [{"type": "input_image", "image_url": "data:,"}]}]},
            {"input": [{"role": "user", "content": [{"type": "input_text", "text": NO_SIGHT}]}]},
        ),
        (
            {"contents": [{"parts": [{"inlineData": {"mimeType": "image/png", "data": "AA=="}}, {"text": "look"}]}]},
            {"contents": [{"parts": [{"text": NO_SIGHT}, {"text": "look"}]}]},
        ),
    ],
    ids=["chat", "messages", "responses", "gemini"],
)
def test_words_take_the_place_of_images(body: dict[str, Any], expected: dict[str, Any]) -> None:
    assert leave_out_images(body)
    assert body == expected
    assert not leave_out_images(body)


@pytest.mark.parametrize(
    "body",
    [
        {"messages": [{"role": "user", "content": "look"}]},
        {"messages": [{"role": "assistant", "content": [{"type": "tool_use", "input": {"parts": [BLOCK]}}]}]},
        {"contents": [{"parts": [{"inlineData": {"mimeType": "application/pdf", "data": "AA=="}}]}]},
        {"contents": [{"parts": [{"functionCall": {"args": {"list": [URL]}}}]}]},
        {"tools": [{"type": "image"}], "messages": None},
    ],
    ids=["text", "input of a tool", "pdf", "arguments", "no messages"],
)
def test_what_is_no_image_stays(body: dict[str, Any]) -> None:
    before = copy.deepcopy(body)
    assert not leave_out_images(body)
    assert body == before
