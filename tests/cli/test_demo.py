"""`ccr demo` through the real entry point."""

import sys

from tests import process


def test_demo_shows_each_step() -> None:
    done = process.run([sys.executable, "-m", "ccr", "demo"], seconds=60)
    assert done.returncode == 0, done.stderr
    for words in ("POST /v1/messages", "demo,demo-model", "POST /v1/chat/completions", "[tool_use Bash]", "tokens in"):
        assert words in done.stdout
    assert "config.json" in done.stdout


def test_demo_with_claude_needs_claude() -> None:
    done = process.run([sys.executable, "-m", "ccr", "demo", "--claude"], env={"PATH": "/nowhere"}, seconds=60)
    assert done.returncode == 127
    assert "npm install -g @anthropic-ai/claude-code" in done.stderr
