import pytest

from ccr.transform.chain import Chain
from tests.transform.case import context, edit, make, request
from tests.transform.test_chain import Entry


@pytest.mark.parametrize(
    ("name", "dialect", "file"),
    [
        ("gemini-cli", "gemini", "~/.gemini/oauth_creds.json"),
        ("qwen-cli", "openai_chat", "~/.qwen/oauth_creds.json"),
        ("rovo-cli", "openai_chat", "~/.config/acli/rovodev_config.yaml"),
    ],
)
def test_chain_tells_whose_login_stands_in_for_the_key(name: str, dialect: str, file: str) -> None:
    chain = Chain.build([Entry("enhancetool"), Entry(name)])
    assert chain.dialect == dialect
    assert chain.login is not None
    assert chain.login.file == file


def test_other_chains_need_no_login() -> None:
    assert Chain.build([Entry("gemini"), Entry("OpenAI")]).login is None


def test_gemini_cli_asks_its_dialect_for_the_envelope() -> None:
    assert make("gemini-cli", {"project": "mine"}).options == {"code_assist": True, "project": "mine"}


def test_qwen_cli_says_what_kind_of_login_it_is() -> None:
    where = context()
    edit("qwen-cli", None, request(), where)
    assert where.headers == {"x-dashscope-authtype": "qwen-oauth"}


def test_rovo_cli_sends_the_key_as_name_and_password() -> None:
    where = context()
    edit("rovo-cli", None, request(), where)
    assert (where.vendor.auth, where.vendor.limit_field) == ("basic", "max_completion_tokens")
