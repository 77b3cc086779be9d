"""GLM models at Chutes, whose servers leave the template's markup in the text."""

from ccr.core.tagscan import TagScanner
from ccr.transform.base import Context, Filter, Transformer
from ccr.transform.pipeline import Pipeline
from ccr.transform.texttools import TextToolFilter, offered
from ccr.transform.thinktag import TagFilter


class ChutesGLM(Transformer):
    """Reads what GLM models at Chutes write as text: thinking in `<think>` and tool calls in `<tool_call>`."""

    name = "chutes-glm"

    def filter(self, context: Context) -> Filter:
        """Return both filters as one."""
        return Pipeline([TagFilter(TagScanner()), TextToolFilter(offered(context))])
