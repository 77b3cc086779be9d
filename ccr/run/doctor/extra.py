"""What a configuration needs beside ccr itself."""

import shutil
from collections.abc import Iterator

from ccr.dialect.vendor_table import find
from ccr.run import window
from ccr.run.doctor.patient import Patient
from ccr.status.finding import Finding
from ccr.store import learnt


def scripts(patient: Patient) -> Iterator[Finding]:
    """Tell whether there is a node for the user's JavaScript files."""
    config = patient.config
    paths = [config.custom_router_path, *(plugin.path for plugin in config.transformers)]
    wanted = [path for path in paths if path and path.endswith((".js", ".mjs", ".cjs"))]
    if not wanted:
        return
    node = shutil.which("node", path=patient.env.get("PATH"))
    if node:
        yield Finding("ok", "node", f"{node}, for {len(wanted)} files in JavaScript")
    else:
        mend = "install node, or write them in Python"
        yield Finding("fail", "node", f"is not on the PATH, but {', '.join(wanted)} needs it", mend=mend)


def container(patient: Patient) -> Iterator[Finding]:
    """Tell what is special about containers and CI."""
    if patient.env.get("CI") and not patient.config.non_interactive_mode:
        mend = "NON_INTERACTIVE_MODE: true keeps Claude Code from waiting for somebody"
        yield Finding("note", "ci", "CI is set, NON_INTERACTIVE_MODE is not", mend=mend)


def context(patient: Patient) -> Iterator[Finding]:
    """Tell whether Claude Code learns how much the usual model holds, and so compacts in time."""
    found = window.default(patient.config)
    if found is None or find(found[0].url).name == "anthropic":
        return
    provider, model = found
    size = window.of_default(patient.config, learnt.models(learnt.read(patient.home.learnt)))
    if size is not None:
        yield Finding("ok", "context", f"{provider.name},{model} holds {size:,} tokens, and Claude Code is told")
    else:
        words = f"how much {provider.name},{model} holds is not known, so Claude Code takes it for 200,000 tokens"
        mend = f'"model_settings": {{"{model}": {{"context_window": 65536}}}} in the provider, with the right number'
        yield Finding("note", "context", words, mend=mend)
