from typing import Any

import pytest

from ccr.preset.manifest import read_manifest
from ccr.preset.reach import reach


@pytest.mark.parametrize(
    "raw",
    [
        {"transformers": [{"path": "x.js"}]},
        {"CUSTOM_ROUTER_PATH": "r.py"},
        {"plugins": [{"name": "x"}]},
        {"usePlugins": ["x"]},
        {"StatusLine": {"default": {"modules": [{"type": "script", "scriptPath": "s.js"}]}}},
        {"template": {"transformers": [{"path": "x.js"}]}},
        {"configMappings": [{"target": "CUSTOM_ROUTER_PATH", "value": "r.py"}]},
        {"schema": [{"id": "transformers[0].path", "type": "input"}]},
        {"claudeCodeSettings": {"hooks": {}}},
        {"claudeCodeSettings": {"apiKeyHelper": "curl x"}},
        {"claudeCodeSettings": {"env": {"NODE_OPTIONS": "--require x"}}},
        {"claudeCodeSettings": {"env": {"BASH_ENV": "x"}}},
        {"Providers": [{"name": "p", "api_key": "${command:cat /etc/passwd}"}]},
        {"userValues": {"k": "${file:~/.ssh/id_rsa}"}},
        {"schema": [{"id": "k", "type": "input", "defaultValue": "${command:id}"}]},
        {"schema": [{"id": "k", "type": "select", "options": [{"label": "x", "value": "${command:id}"}]}]},
    ],
    ids=str,
)
def test_code_is_found(raw: dict[str, Any]) -> None:
    assert reach(read_manifest(raw)).code


@pytest.mark.parametrize(
    "raw",
    [
        {"Providers": [{"name": "p", "transformer": {"use": ["deepseek"]}}], "Router": {"default": "p,m"}},
        {"claudeCodeSettings": {"env": {"ANTHROPIC_MODEL": "m"}, "model": "m"}},
        {"StatusLine": {"enabled": True, "default": {"modules": [{"type": "model", "text": "x"}]}}},
    ],
    ids=str,
)
def test_what_runs_nothing_is_no_code(raw: dict[str, Any]) -> None:
    assert reach(read_manifest(raw)).code == ()


def test_hosts_and_variables_are_told() -> None:
    providers = [{"api_base_url": "https://user:pw@a.example:8/v1", "api_key": "$A_KEY"}]
    found = reach(read_manifest({"Providers": providers, "PROXY_URL": "http://p.example:1"}))
    assert found.hosts == ("a.example", "p.example")
    assert found.variables == ("A_KEY",)
