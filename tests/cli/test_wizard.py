import json

from ccr.store.template import templates
from tests.terminal import Terminal, terminal
from tests.vendor import Answer, Request, chat_reply, refusal, vendor
from tests.world import World

KEY = "sk-good-0123456789abcdef"


def script(request: Request) -> Answer:
    if request.key != KEY:
        return refusal(401, "Incorrect API key")
    return chat_reply(request.body) if request.body else (200, {"data": [{"id": "m"}, {"id": "n"}]})


def open_to_all(request: Request) -> Answer:
    return chat_reply(request.body) if request.body else (200, {"data": [{"id": "m"}]})


def answer(screen: Terminal, question: str, text: str) -> str:
    shown = screen.read_until(question)
    screen.type(text.encode() + b"\n")
    return shown


def describe(screen: Terminal, url: str, key: str) -> None:
    """Choose a provider that has no template, and paste its key."""
    answer(screen, "Providers, such as 1 3: ", str(len(templates()) + 1))
    answer(screen, "example.com/v1: ", "nowhere")
    assert "is no address" in answer(screen, "example.com/v1: ", url)
    answer(screen, "Name [local]: ", "mine")
    answer(screen, "Where is the key [1]: ", "1")
    answer(screen, "Key: ", key)


def test_wizard_leads_to_a_configuration_that_works(world: World) -> None:
    with vendor(script) as made, terminal([*world.ccr, "setup"], env={**world.env, "CI": ""}) as screen:
        describe(screen, f"{made.url}/v1", KEY)
        shown = answer(screen, "Models, with commas between them [m]: ", "m,n")
        assert "it has m, n" in shown
        assert KEY not in shown
        answer(screen, "see whether it works? [Y/n]: ", "")
        screen.read_until("every model answers")
        answer(screen, "(default) [1]: ", "1")
        answer(screen, "(background) [1]: ", "3")
        answer(screen, "(think) [1]: ", "")
        answer(screen, "(longContext) [1]: ", "1")
        answer(screen, f"Write {world.home.config}? [Y/n]: ", "y")
        screen.read_until("`ccr code` runs Claude Code")
        assert screen.event() == "ended 0"
    config = json.loads(world.home.config.read_text())
    assert config["Router"] == {"default": "mine,m", "background": "mine,n"}
    assert config["Providers"][0]["api_key"] == KEY


def test_wizard_tells_what_does_not_work_and_may_be_left(world: World) -> None:
    with vendor(script) as made, terminal([*world.ccr, "setup"], env={**world.env, "CI": ""}) as screen:
        describe(screen, f"{made.url}/v1", "sk-bad")
        answer(screen, "Models, with commas between them: ", "m")
        answer(screen, "see whether it works? [Y/n]: ", "")
        assert "make a new one" in answer(screen, "Try again? [y/N]: ", "")
        answer(screen, "[Y/n]: ", "n")
        screen.read_until("nothing was written")
        assert screen.event() == "ended 1"
    assert not world.home.config.exists()


def test_ctrl_c_leaves_everything_as_it_was(world: World) -> None:
    world.configure()
    before = world.home.config.read_text()
    with terminal([*world.ccr, "setup"], env={**world.env, "CI": ""}) as screen:
        answer(screen, "What now [1]: ", "2")
        screen.read_until("Providers, such as 1 3: ")
        screen.type(b"\x03")
        assert screen.event() == "ended 130"
        assert not screen.is_raw
    assert world.home.config.read_text() == before
    assert list(world.home.root.glob("*.bak")) == []


def test_variable_that_is_set_is_offered(world: World) -> None:
    number = list(templates()).index("deepseek") + 1
    env = {**world.env, "CI": "", "DEEPSEEK_API_KEY": KEY, "HTTPS_PROXY": "http://127.0.0.1:9"}
    with terminal([*world.ccr, "setup"], env=env) as screen:
        answer(screen, "Providers, such as 1 3: ", str(number))
        answer(screen, "Use $DEEPSEEK_API_KEY? [Y/n]: ", "")
        answer(screen, "Models, with commas between them [deepseek-chat,deepseek-reasoner]: ", "deepseek-chat")
        answer(screen, "see whether it works? [Y/n]: ", "n")
        answer(screen, f"Write {world.home.config}? [Y/n]: ", "")
        assert screen.event() == "ended 0"
    assert json.loads(world.home.config.read_text())["Providers"][0]["api_key"] == "$DEEPSEEK_API_KEY"


def test_server_without_a_key_is_set_up_by_pressing_enter(world: World) -> None:
    with vendor(open_to_all) as made, terminal([*world.ccr, "setup"], env={**world.env, "CI": ""}) as screen:
        answer(screen, "Providers, such as 1 3: ", str(len(templates()) + 1))
        answer(screen, "Address, such as https://llm.example.com/v1: ", f"{made.url}/v1")
        answer(screen, "Name [local]: ", "")
        answer(screen, "Where is the key [1]: ", "5")
        for question in ("[m]: ", "works? [Y/n]: ", "[Y/n]: "):
            answer(screen, question, "")
        assert screen.event() == "ended 0"
    config = json.loads(world.home.config.read_text())
    assert (config["Router"], "api_key" in config["Providers"][0]) == ({"default": "local,m"}, False)
