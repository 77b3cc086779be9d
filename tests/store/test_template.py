import json
import re

import pytest

from ccr.config.check import is_loopback
from ccr.config.parse import parse
from ccr.dialect.vendor_table import find, is_known
from ccr.snapshot import Snapshot
from ccr.store.template import Template, templates


@pytest.mark.parametrize("template", templates().values(), ids=lambda template: template.name)
def test_template_is_a_provider_that_the_router_knows(template: Template) -> None:
    vendor = find(template.url)
    assert is_known(vendor)
    assert vendor.name.startswith(template.name)
    provider = {"name": "x", "api_base_url": template.url, "api_key": "k", "models": ["m"]}
    loaded = parse(json.dumps({"Providers": [provider], "Router": {"default": "x,m"}}), {})
    assert loaded.problems == ()
    assert Snapshot(loaded.require(), "").upstream("x", "m").url.startswith("http")


@pytest.mark.parametrize("template", templates().values(), ids=lambda template: template.name)
def test_template_says_where_keys_come_from(template: Template) -> None:
    is_local = is_loopback(re.sub(r"https?://|[:/].*", "", template.url))
    assert bool(template.variable) is bool(template.keys) is bool(template.models) is not is_local
    assert re.fullmatch(r"([A-Z][A-Z0-9_]+)?", template.variable)
