"""What a configuration needs beside ccr itself."""

import shutil
from collections.abc import Iterator

from ccr.run.doctor.patient import Patient
from ccr.status.finding import Finding


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
