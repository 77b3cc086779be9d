"""The user's own modules of a status line: Python files, and JavaScript files where there is a node.

A Python script defines `render(variables, options)`, which returns a text, or a text `render`. A JavaScript module
exports a function or a text, which may also be its default export.
"""

import json
import os
import sys
from collections.abc import Mapping, Sequence

from ccr.status.theme import Module

SECONDS = 2.0
NODE = """
const calls = JSON.parse(require("fs").readFileSync(0, "utf8"));
const { pathToFileURL } = require("url");
const write = process.stdout.write.bind(process.stdout);
console.log = console.info = console.error;
(async () => {
  const texts = [];
  for (const { path, variables, options } of calls) {
    try {
      let found = await import(pathToFileURL(path));
      while (found && typeof found === "object" && "default" in found) found = found.default;
      const text = typeof found === "function" ? await found(variables, options) : found;
      texts.push(text === undefined || text === null ? "" : String(text));
    } catch (error) {
      console.error(path + ": " + error);
      texts.push("");
    }
  }
  write(JSON.stringify(texts), () => process.exit(0));
})();
"""
"""Answers a list of calls with a list of texts; one process for all scripts of a line."""


def outputs(modules: Sequence[Module], variables: Mapping[str, str], *, folder: str) -> dict[str, str]:
    """Return the text of every script by its `scriptPath`; empty for one that fails, and stderr says why."""
    scripts = {module.script: module for module in modules if module.script}
    found = {name: _python(module, variables, folder) for name, module in scripts.items() if name.endswith(".py")}
    others = [module for name, module in scripts.items() if name not in found]
    return found | (_javascript(others, variables, folder) if others else {})


def place(script: str, folder: str) -> str:
    """Return where a `scriptPath` points: `~` is the home, a relative one is beside the configuration."""
    return os.path.join(folder, os.path.expanduser(script))  # noqa: PTH111, PTH118 - pathlib is slow to import


def _python(module: Module, variables: Mapping[str, str], folder: str) -> str:
    path = place(module.script, folder)
    out = sys.stdout
    # Whatever it prints must not get into the line.
    sys.stdout = sys.stderr
    try:
        with open(path, "rb") as file:  # noqa: PTH123
            code = compile(file.read(), path, "exec")
        namespace: dict[str, object] = {"__name__": "ccr_statusline", "__file__": path}
        exec(code, namespace)  # noqa: S102 - the user's own file, named in the user's own configuration
        render = namespace.get("render")
        text = render(dict(variables), dict(module.options)) if callable(render) else render
    except Exception as error:
        # A user's script may fail in any way; the rest of the line must not go with it.
        print(f"ccr: {path}: {type(error).__name__}: {error}", file=sys.stderr)  # noqa: T201
        return ""
    finally:
        sys.stdout = out
    return "" if text is None else str(text)


def _javascript(modules: Sequence[Module], variables: Mapping[str, str], folder: str) -> dict[str, str]:
    import subprocess

    calls = [
        {"path": place(module.script, folder), "variables": dict(variables), "options": module.options}
        for module in modules
    ]
    command = [os.environ.get("CCR_NODE", "node"), "-e", NODE]
    try:
        done = subprocess.run(  # noqa: S603
            command, input=json.dumps(calls).encode(), stdout=subprocess.PIPE, timeout=SECONDS, check=True
        )
        texts = json.loads(done.stdout)
    except (OSError, ValueError, subprocess.SubprocessError) as error:
        print(f"ccr: scripts in JavaScript need node, which failed: {error}", file=sys.stderr)  # noqa: T201
        texts = [""] * len(modules)
    return {module.script: str(text) for module, text in zip(modules, texts, strict=True)}
