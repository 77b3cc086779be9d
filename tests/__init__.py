"""The tests mirror `ccr/`: `ccr/config/parse.py` is tested by `tests/config/test_parse.py`."""
