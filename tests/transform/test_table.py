from ccr.transform.base import Transformer
from ccr.transform.builtin import TRANSFORMERS
from ccr.transform.table import described, table


class Sample(Transformer):
    """Does one thing
    or | another.

    `first`, `second`: what they
    are for.
    any option: goes on.
    `third`: see `first`: it.
    """

    name = "sample"


def test_docstring_is_read_as_text_and_options() -> None:
    assert described(Sample) == (
        "Does one thing or | another.",
        ["`first`, `second`: what they are for.", "any option: goes on.", "`third`: see `first`: it."],
    )


def test_table_is_markdown() -> None:
    assert table([Sample]) == (
        "| Name | What it does | Options |\n"
        "|---|---|---|\n"
        "| `sample` | Does one thing or \\| another. "
        "| `first`, `second`: what they are for.<br>any option: goes on.<br>`third`: see `first`: it. |\n"
    )


def test_every_transformer_says_what_it_does() -> None:
    for transformer in TRANSFORMERS:
        text, _ = described(transformer)
        assert text.endswith("."), transformer.name
