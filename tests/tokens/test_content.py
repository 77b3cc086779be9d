import base64
import struct
from typing import Any

import pytest
from hypothesis import given, settings

from ccr.tokens import content, image
from ccr.tokens.content import CALL_FRAME, MESSAGE_FRAME, REQUEST_FRAME, TOOL_FRAME, UNKNOWN_DOCUMENT
from tests.tokens.bodies import bodies
from tests.tokens.fakes import base64_source, body, result, text

PNG = base64.b64encode(b"\x89PNG\r\n\x1a\n" + struct.pack(">I4sII", 13, b"IHDR", 280, 280) + bytes(9999)).decode()
IMAGE = {"type": "image", "source": base64_source(PNG)}
PDF = {"type": "document", "source": base64_source("JVBERi0=", "application/pdf")}

Texts = list[tuple[str, str]]


@pytest.mark.parametrize(
    ("request_body", "expected"),
    [
        pytest.param({"system": "Be brief."}, [("system", "Be brief.")], id="system as text"),
        pytest.param(
            {"system": [text("Be"), text("brief.")]}, [("system", "Be"), ("system", "brief.")], id="system blocks"
        ),
        pytest.param(
            {"system": [{"type": "text", "text": ["Be", "brief."]}]}, [("system", "Be\nbrief.")], id="lists of text"
        ),
        pytest.param({"messages": [{"role": "user", "content": "hi"}]}, [("messages", "hi")], id="content as text"),
        pytest.param(
            {"messages": [{"role": "system", "content": "plan"}]}, [("messages", "plan")], id="system message"
        ),
        pytest.param(body(text("a"), text("b")), [("messages", "a"), ("messages", "b")], id="text blocks"),
        pytest.param(
            body({"type": "tool_use", "id": "toolu_1", "name": "Read", "input": {"path": "/é"}}, role="assistant"),
            [("messages", 'Read\n{"path":"/é"}')],
            id="tool use",
        ),
        pytest.param(body(result("done")), [("messages", "done")], id="tool result as text"),
        pytest.param(
            body(result([text("a"), text("b")])), [("messages", "a"), ("messages", "b")], id="tool result blocks"
        ),
        pytest.param(
            body(result([{"type": "tool_reference", "tool_name": "Glob"}])), [("messages", "Glob")], id="tool reference"
        ),
        pytest.param(
            {"tools": [{"name": "Read", "description": "Reads.", "input_schema": {"type": "object"}}]},
            [("tools", 'Read\nReads.\n{"type":"object"}')],
            id="tool",
        ),
        pytest.param(
            {"tools": [{"type": "web_search_20250305", "name": "web_search", "max_uses": 8, "cache_control": {}}]},
            [("tools", '{"type":"web_search_20250305","name":"web_search","max_uses":8}')],
            id="server tool",
        ),
        pytest.param(
            body({"type": "document", "title": "T", "context": "C", "source": {"type": "text", "data": "words"}}),
            [("documents", "T"), ("documents", "C"), ("documents", "words")],
            id="text document",
        ),
        pytest.param(
            body({"type": "document", "source": {"type": "content", "content": [text("words"), IMAGE]}}),
            [("documents", "words")],
            id="document of blocks",
        ),
        pytest.param(
            body(
                {
                    "type": "web_search_tool_result",
                    "tool_use_id": "srvtoolu_1",
                    "content": [{"type": "web_search_result", "title": "T", "url": "U", "encrypted_content": "x" * 60}],
                }
            ),
            [("messages", "T\nU")],
            id="search results",
        ),
        pytest.param(
            body({"type": "code_execution_tool_result", "content": {"stdout": "out", "return_code": 0, "content": []}}),
            [("messages", "out")],
            id="code execution",
        ),
    ],
)
def test_texts_are_found(request_body: Any, expected: Texts) -> None:
    assert content.read(request_body).texts == expected


@pytest.mark.parametrize(
    ("request_body", "expected"),
    [
        pytest.param({}, {}, id="nothing"),
        pytest.param({"model": "m"}, {"messages": REQUEST_FRAME}, id="request"),
        pytest.param(
            {"messages": [{"role": "user", "content": "a"}] * 2},
            {"messages": REQUEST_FRAME + 2 * MESSAGE_FRAME},
            id="messages",
        ),
        pytest.param(
            {"tools": [{"name": "a", "input_schema": {}}]}, {"messages": REQUEST_FRAME, "tools": TOOL_FRAME}, id="tool"
        ),
        pytest.param(
            body({"type": "tool_use", "name": "a", "input": {}}, result("b")),
            {"messages": REQUEST_FRAME + MESSAGE_FRAME + 2 * CALL_FRAME},
            id="tool use and result",
        ),
        pytest.param(
            body(result([{"type": "web_search_result", "encrypted_content": "x" * 600}])),
            {"messages": REQUEST_FRAME + MESSAGE_FRAME + CALL_FRAME + 100},
            id="encrypted",
        ),
    ],
)
def test_frame_is_counted(request_body: Any, expected: dict[str, int]) -> None:
    fixed = content.read(request_body).fixed
    assert {section: tokens for section, tokens in fixed.items() if tokens} == expected


@pytest.mark.parametrize(
    ("block", "expected"),
    [
        pytest.param(IMAGE, 100, id="by size"),
        pytest.param(result([text("a"), IMAGE, IMAGE]), 200, id="in a tool result"),
        pytest.param({"type": "document", "source": {"type": "content", "content": [IMAGE]}}, 100, id="in a document"),
        pytest.param({"type": "mcp_tool_result", "content": [{"inner": [IMAGE]}]}, 100, id="in an unknown block"),
        pytest.param({"type": "image", "source": {"type": "url", "url": "http://x"}}, image.MAX_TOKENS, id="elsewhere"),
        pytest.param({"type": "image"}, image.MAX_TOKENS, id="without source"),
        pytest.param({"type": "image", "source": base64_source("?")}, image.MAX_TOKENS, id="unreadable"),
    ],
)
def test_image_counts_by_its_size_and_never_as_text(block: Any, expected: int) -> None:
    sheet = content.read(body(block))
    assert sheet.fixed["images"] == expected
    assert all(len(text) < 10 for _, text in sheet.texts)


@pytest.mark.parametrize("block", [PDF, result([PDF]), {"type": "web_fetch_tool_result", "content": {"content": PDF}}])
def test_pdf_is_left_to_be_weighed(block: Any) -> None:
    sheet = content.read(body(block))
    assert (sheet.pdfs, sheet.texts) == (["JVBERi0="], [])


@pytest.mark.parametrize("source", [{"type": "url", "url": "u"}, {"type": "file", "file_id": "f"}, None, "x"])
def test_document_elsewhere_is_one_page(source: Any) -> None:
    assert content.read(body({"type": "document", "source": source})).fixed["documents"] == UNKNOWN_DOCUMENT


def thought(words: str) -> dict[str, Any]:
    return {"role": "assistant", "content": [{"type": "thinking", "thinking": words, "signature": "c2ln" * 99}]}


def user(*blocks: Any) -> dict[str, Any]:
    return {"role": "user", "content": list(blocks)}


@pytest.mark.parametrize(
    ("messages", "expected"),
    [
        pytest.param([user(text("q")), thought("t1")], ["q", "t1"], id="at the end"),
        pytest.param([user(text("q")), thought("t1"), user(text("r"))], ["q", "r"], id="earlier turn"),
        pytest.param(
            [user(text("q")), thought("t1"), {"role": "user", "content": "r"}],
            ["q", "r"],
            id="earlier turn, plain text",
        ),
        pytest.param(
            [
                user(text("q")),
                thought("t1"),
                user(text("r")),
                thought("t2"),
                user(result("s")),
                thought("t3"),
                user(result("u")),
            ],
            ["q", "r", "t2", "s", "t3", "u"],
            id="open tool loop",
        ),
        pytest.param(
            [
                user(text("q")),
                thought("t1"),
                user(result("s"), text("reminder")),
                {"role": "system", "content": "mode"},
            ],
            ["q", "t1", "s", "reminder", "mode"],
            id="reminders don't end the loop",
        ),
    ],
)
def test_thinking_counts_in_the_open_tool_loop_only(messages: list[Any], expected: list[str]) -> None:
    assert [text for _, text in content.read({"messages": messages}).texts] == expected


def test_redacted_thinking_counts_by_its_length() -> None:
    frame = content.read(body({"type": "thinking"}, role="assistant")).fixed["messages"]
    sheet = content.read(body({"type": "redacted_thinking", "data": "x" * 600}, role="assistant"))
    assert (sheet.fixed["messages"] - frame, sheet.texts) == (100, [])


@pytest.mark.parametrize(
    ("request_body", "expected"),
    [
        pytest.param({"messages": "hi"}, ["hi"], id="messages as text"),
        pytest.param({"messages": ["hi", 5, None, [text("you")]]}, ["hi", "you"], id="messages of other kinds"),
        pytest.param(body("hi", 5, None, [text("you")]), ["hi", "you"], id="blocks of other kinds"),
        pytest.param(body({"text": "hi"}), ["hi"], id="block without type"),
        pytest.param(body({"type": "text", "text": 5}, {"type": ["x"], "text": "hi"}), ["hi"], id="odd types"),
        pytest.param(body({"type": "tool_use", "name": 5, "input": "hi"}), ['\n"hi"'], id="odd call"),
        pytest.param(
            {"tools": ["hi", {"name": 5, "input_schema": {}}]}, ["hi", '{"name":5,"input_schema":{}}'], id="odd tools"
        ),
        pytest.param({"tools": {"a": 1}, "system": 5}, [], id="odd sections"),
        pytest.param(
            body({"type": "tool_use", "name": "a", "input": {"x": ["\ud800"]}}), ["a\n\ud800"], id="lone surrogate"
        ),
    ],
)
def test_malformed_body_gives_the_texts_that_are_in_it(request_body: Any, expected: list[str]) -> None:
    assert [text for _, text in content.read(request_body).texts] == expected


@settings(max_examples=500, deadline=None)
@given(request_body=bodies)
def test_reading_never_raises(request_body: Any) -> None:
    sheet = content.read(request_body)
    is_filled = isinstance(request_body, dict) and request_body != {}
    assert (sum(sheet.fixed.values()) > 0) is is_filled


@pytest.mark.parametrize(
    "wrap",
    [
        pytest.param(lambda inner: [inner], id="lists"),
        pytest.param(lambda inner: result([inner]), id="tool results"),
        pytest.param(
            lambda inner: {"type": "document", "source": {"type": "content", "content": [inner]}}, id="documents"
        ),
        pytest.param(lambda inner: {"type": "tool_use", "name": "a", "input": inner}, id="arguments"),
    ],
)
def test_endless_nesting_is_read_without_recursion(wrap: Any) -> None:
    block: Any = text("deep")
    for _ in range(50_000):
        block = wrap(block)
    assert any("deep" in text for _, text in content.read(body(block)).texts)
