from ccr.preset.export import export, with_files


def test_each_secret_becomes_a_question() -> None:
    raw = {
        "APIKEY": "router",
        "Providers": [
            {"name": "a", "api_key": "k1", "headers": {"Authorization": "Bearer k"}},
            {"name": "a", "api_keys": ["k2", {"key": "k3"}, "$REF"], "models": ["m"]},
        ],
        "PROXY_URL": "http://user:pw@host",
    }
    made = export(raw, {"name": "x", "author": ""}, keywords=["w"], mask=lambda text: text.replace("pw", "*"))
    assert made["Providers"] == [
        {"name": "a", "api_key": "#{A_API_KEY}", "headers": {"Authorization": "#{A_AUTHORIZATION}"}},
        {"name": "a", "api_keys": ["#{A_API_KEYS_0}", {"key": "#{A_KEY}"}, "$REF"], "models": ["m"]},
    ]
    assert made["PROXY_URL"] == "#{PROXY_URL_PROXY_URL}"
    assert [question["id"] for question in made["schema"]][:2] == ["A_API_KEY", "A_AUTHORIZATION"]
    assert (made["name"], made["keywords"], "author" in made, "APIKEY" in made) == ("x", ["w"], False, False)


def test_names_of_questions_do_not_clash() -> None:
    raw = {"Providers": [{"name": "a", "api_key": "1"}, {"name": "a", "api_key": "2"}]}
    made = export(raw, {}, mask=str)
    assert [question["id"] for question in made["schema"]] == ["A_API_KEY", "A_API_KEY_2"]


def test_secrets_stay_when_they_are_wanted() -> None:
    raw = {"Providers": [{"name": "a", "api_key": "1"}]}
    assert export(raw, {}, mask=str, keeps_secrets=True) == raw


def test_files_are_renamed_where_they_are_named() -> None:
    manifest = {
        "transformers": [{"path": "/x/t.py", "options": {"y": "/x/t.py"}}, "/x/u.py"],
        "CUSTOM_ROUTER_PATH": "r.py",
        "StatusLine": {"default": {"modules": [{"type": "script", "scriptPath": "s.js"}]}},
    }
    assert with_files(manifest, lambda name: f"<{name}>") == {
        "transformers": [{"path": "</x/t.py>", "options": {"y": "/x/t.py"}}, "</x/u.py>"],
        "CUSTOM_ROUTER_PATH": "<r.py>",
        "StatusLine": {"default": {"modules": [{"type": "script", "scriptPath": "<s.js>"}]}},
    }
