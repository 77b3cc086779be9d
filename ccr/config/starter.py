"""The smallest configuration that is of use, to show to whoever has none."""

STARTER = """\
{
  "Providers": [
    {
      "name": "openrouter",
      "api_base_url": "https://openrouter.ai/api/v1/chat/completions",
      "api_key": "$OPENROUTER_API_KEY",
      "models": ["anthropic/claude-sonnet-4.5", "google/gemini-2.5-flash"]
    }
  ],
  "Router": {
    "default": "openrouter,anthropic/claude-sonnet-4.5",
    "background": "openrouter,google/gemini-2.5-flash"
  }
}
"""
