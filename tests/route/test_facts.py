from ccr.route.facts import Facts


def test_model_is_the_clients_word_or_nothing() -> None:
    assert [Facts({"model": value}).model for value in (" opus ", 7, None)] == ["opus", "", ""]
