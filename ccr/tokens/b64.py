"""Base64 from foreign hands: decoded in stretches, never with an error."""

import binascii


def flat(data: str) -> str:
    """Return `data` without line breaks (MIME style), which would shift every offset; usually it has none."""
    return "".join(data.split()) if "\n" in data[:128] else data


def decode(data: str) -> bytes:
    """Return the bytes of base64 text that was cut at multiples of four; nothing if it is not base64."""
    try:
        return binascii.a2b_base64(data)
    except ValueError:
        return b""
