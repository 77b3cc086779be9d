"""Single blocks, as Anthropic and its imitators take them."""

from typing import Any

import pytest

from ccr.anthropic.unify import unify
from ccr.dialect.anthropic.block import assistant_blocks, content_block, legal_id, tool_name, tool_result, tool_use
from tests.dialect.target import IMAGE, PDF, Json, target

CLAUDE = target("anthropic", "claude-opus-5")
VERTEX = target("vertex", "claude-opus-5")
GLM = target("glm", "glm-5")
DEEPSEEK = target("deepseek", "deepseek-v4")
LOCAL = target("local", "qwen")
MARK = {"cache_control": {"type": "ephemeral", "ttl": "1h"}}


def part(block: Json) -> Json:
    """Return the unified part of a user's block."""
    found: Json = unify({"messages": [{"role": "user", "content": [block]}]})["messages"][0]["content"][0]
    return found


@pytest.mark.parametrize(
    "block",
    [
        {"type": "text", "text": "x", **MARK},
        IMAGE,
        {**IMAGE, **MARK},
        {"type": "image", "source": {"type": "url", "url": "https://a.example/x.png"}},
        {"type": "image", "source": {"type": "file", "file_id": "f"}},
        {**PDF, **MARK, "citations": {"enabled": True}},
        {"type": "document", "source": {"type": "text", "media_type": "text/plain", "data": "x"}},
        {"type": "search_result", "title": "T", "source": "u", "content": [{"type": "text", "text": "x"}]},
        {"type": "container_upload", "file_id": "f"},
        {"type": "of_tomorrow", "x": 1},
    ],
)
def test_block_goes_to_anthropic_as_it_came(block: Json) -> None:
    assert content_block(part(block), CLAUDE) == block


@pytest.mark.parametrize(
    ("block", "at", "found"),
    [
        (IMAGE, GLM, IMAGE),
        (IMAGE, DEEPSEEK, "[An image was left out here: this model can't see images.]"),
        (PDF, GLM, "[The document 'a.pdf' was left out here: this model can't read it.]"),
        (PDF, LOCAL, PDF),
        ({"type": "document", "source": {"type": "text", "data": "words"}}, LOCAL, "words"),
        ({"type": "search_result", "title": "T", "source": "u", "content": "x"}, GLM, "T\nu\nx"),
        ({"type": "search_result", "title": "T"}, VERTEX, {"type": "search_result", "title": "T"}),
        ({"type": "tool_reference", "tool_name": "Grep"}, VERTEX, "Tool 'Grep' is available now."),
        ({"type": "container_upload", "file_id": "f"}, GLM, None),
        ({"type": "text", "text": " \n"}, CLAUDE, None),
        ({"type": "text", "text": None}, CLAUDE, None),
    ],
)
def test_block_is_put_in_words_where_it_is_not_known(block: Json, at: Any, found: Any) -> None:
    wanted = {"type": "text", "text": found} if isinstance(found, str) else found
    assert content_block(part(block), at) == wanted


@pytest.mark.parametrize("given", ["toolu_01", "call_a-B", "a" * 200])
def test_legal_id_stays(given: str) -> None:
    assert legal_id(given) == given


def test_illegal_ids_become_legal_and_stay_apart() -> None:
    given = ["functions.Bash:0", "functions_Bash_0", "functions.Bash:1", "", "ä", "ö", "\ud800", "::"]
    found = [legal_id(g) for g in given]
    assert len(set(found)) == len(given)
    assert all(f and set(f) <= set("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-") for f in found)
    assert found == [legal_id(g) for g in given]


def test_names_are_shortened_only_where_they_must() -> None:
    long = "mcp__" + "x" * 100
    assert tool_name(long, CLAUDE) == long
    assert len(tool_name(long, GLM)) == 64
    assert tool_name("a.b", CLAUDE) != "a.b"


@pytest.mark.parametrize(
    ("arguments", "given"),
    [('{"a":1}', {"a": 1}), ("", {}), (None, {}), ("not json", {"_raw": "not json"}), ("[1]", {"_raw": "[1]"})],
)
def test_call(arguments: Any, given: Json) -> None:
    block = tool_use({"id": "c.1", "function": {"name": "Bash", "arguments": arguments}}, CLAUDE)
    assert block == {"type": "tool_use", "id": legal_id("c.1"), "name": "Bash", "input": given}


@pytest.mark.parametrize(
    ("caller", "to", "kept"),
    [
        ({"type": "code_execution_20250825", "tool_id": "srvtoolu_1"}, CLAUDE, True),
        ({"type": "direct"}, CLAUDE, False),
        ({"type": "code_execution_20250825", "tool_id": "srvtoolu_1"}, GLM, False),
    ],
    ids=["program", "model", "imitator"],
)
def test_a_call_by_a_program_says_so(caller: Json, to: Any, kept: bool) -> None:
    block = {"type": "tool_use", "id": "c", "name": "Bash", "input": {}, "caller": caller}
    call = unify({"messages": [{"role": "assistant", "content": [block]}]})["messages"][0]["tool_calls"][0]
    assert tool_use(call, to).get("caller") == (caller if kept else None)


def outcome(content: Any, at: Any = CLAUDE, tools: frozenset[str] = frozenset({"Grep"}), **fields: Any) -> Json:
    message = {"role": "tool", "tool_call_id": "c", "content": content, **fields}
    return tool_result(message, tools, at)


def test_result_keeps_its_form() -> None:
    assert outcome("x", **MARK) == {"type": "tool_result", "tool_use_id": "c", "content": "x", **MARK}
    blocks = [{"type": "text", "text": "x"}, part(IMAGE), part(PDF), {"type": "tool_reference", "tool_name": "Grep"}]
    assert outcome(blocks)["content"] == [{"type": "text", "text": "x"}, IMAGE, PDF, blocks[3]]
    assert "content" not in outcome([])


def test_result_that_failed_holds_text_only() -> None:
    """ "When is_error is true, all content must be of type text"."""
    found = outcome([{"type": "text", "text": "x"}, part(IMAGE)], is_error=True)
    assert found["is_error"] is True
    assert {block["type"] for block in found["content"]} == {"text"}


def test_reference_to_a_tool_that_is_not_offered_is_put_in_words() -> None:
    found = outcome([{"type": "tool_reference", "tool_name": "Gone"}])
    assert found["content"] == [{"type": "text", "text": "Tool 'Gone' is available now."}]


ERKE = "ErkeCioICBgCIiRiY2JjZWJjMy1lYTFhLTRmNjktYTUwMy01"
CALL = {"type": "server_tool_use", "id": "srvtoolu_1", "name": "web_search", "input": {"query": "q"}}


def hits(encrypted: Any) -> Json:
    hit = {"type": "web_search_result", "url": "https://a.example/", "title": "A", "encrypted_content": encrypted}
    return {"type": "web_search_tool_result", "tool_use_id": "srvtoolu_1", "content": [hit]}


def cited(index: str) -> Json:
    citation = {"type": "web_search_result_location", "url": "u", "cited_text": "c", "encrypted_index": index}
    return {"type": "text", "text": "x", "citations": [citation]}


def sent(parts: list[Json], at: Any) -> list[Json]:
    return [block for _, block in assistant_blocks(parts, at)]


def test_search_by_anthropic_goes_back_as_it_came() -> None:
    parts = [CALL, hits(ERKE), cited("Eo8B")]
    assert sent(parts, CLAUDE) == parts
    error = {**hits(ERKE), "content": {"type": "web_search_tool_result_error", "error_code": "unavailable"}}
    assert sent([CALL, error], CLAUDE) == [CALL, error]


@pytest.mark.parametrize(
    ("parts", "at"),
    [
        ([CALL, hits("")], CLAUDE),
        ([CALL, hits("plain words that another provider found on the page")], CLAUDE),
        ([{**CALL, "id": "ws_1"}, {**hits(ERKE), "tool_use_id": "ws_1"}], CLAUDE),
        ([CALL, hits(ERKE)], GLM),
        ([CALL], CLAUDE),
    ],
    ids=["no content", "words", "id", "imitator", "no result"],
)
def test_other_searches_are_told_in_words(parts: list[Json], at: Any) -> None:
    assert {block["type"] for block in sent(parts, at)} == {"text"}


def test_citation_that_the_router_made_is_left_out() -> None:
    assert sent([cited("")], CLAUDE) == [{"type": "text", "text": "x"}]
    assert sent([cited("Eo8B")], GLM) == [{"type": "text", "text": "x"}]


def test_blocks_that_only_anthropic_knows() -> None:
    compaction = {"type": "compaction", "content": "## Summary"}
    assert sent([compaction], CLAUDE) == [compaction]
    assert sent([compaction], GLM) == [{"type": "text", "text": "## Summary"}]
