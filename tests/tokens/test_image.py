import base64
import struct

import pytest

from ccr.tokens import image

JUNK = bytes(range(256)) * 40


def png(width: int, height: int) -> bytes:
    return b"\x89PNG\r\n\x1a\n" + struct.pack(">I4sII", 13, b"IHDR", width, height) + JUNK


def gif(width: int, height: int) -> bytes:
    return b"GIF89a" + struct.pack("<HH", width, height) + JUNK


def webp(kind: bytes, payload: bytes) -> bytes:
    return b"RIFF\x00\x00\x00\x00WEBP" + kind + b"\x00\x00\x00\x00" + payload + JUNK


def webp_extended(width: int, height: int) -> bytes:
    return webp(b"VP8X", bytes(4) + (width - 1).to_bytes(3, "little") + (height - 1).to_bytes(3, "little"))


def webp_lossless(width: int, height: int) -> bytes:
    return webp(b"VP8L", b"\x2f" + struct.pack("<I", width - 1 | height - 1 << 14 | 1 << 28))


def webp_lossy(width: int, height: int) -> bytes:
    # The upper two bits of each are the scale.
    return webp(b"VP8 ", b"\x10\x02\x00\x9d\x01\x2a" + struct.pack("<HH", width | 0x4000, height | 0x8000))


def jpeg(width: int, height: int, *, before: bytes = b"", frame: int = 0xC0) -> bytes:
    return b"\xff\xd8" + before + struct.pack(">BBHBHH", 0xFF, frame, 17, 8, height, width) + JUNK


def segment(marker: int, length: int) -> bytes:
    # The payload looks like a frame header of another size, as the preview inside a camera's metadata does.
    fake = b"\xff\xc0\x00\x11\x08\x00\x01\x00\x01"
    return struct.pack(">BBH", 0xFF, marker, length + 2) + (fake * (length // len(fake) + 1))[:length]


def encode(file: bytes) -> str:
    return base64.b64encode(file).decode()


@pytest.mark.parametrize(
    "file",
    [
        pytest.param(png(640, 480), id="png"),
        pytest.param(gif(640, 480), id="gif"),
        pytest.param(webp_extended(640, 480), id="webp extended"),
        pytest.param(webp_lossless(640, 480), id="webp lossless"),
        pytest.param(webp_lossy(640, 480), id="webp lossy"),
        pytest.param(jpeg(640, 480), id="jpeg"),
        pytest.param(jpeg(640, 480, frame=0xC2), id="progressive jpeg"),
        pytest.param(jpeg(640, 480, before=b"\xff\xff\xff\xd0\xff\x01"), id="jpeg with fill bytes and lone markers"),
        pytest.param(jpeg(640, 480, before=segment(0xC4, 400)), id="jpeg with tables first"),
        pytest.param(
            jpeg(
                640,
                480,
                before=segment(0xE1, 65_000) + segment(0xE2, 65_001) + segment(0xE2, 65_003) + segment(0xDB, 67),
            ),
            id="jpeg with long metadata",
        ),
    ],
)
def test_size_is_read_from_the_header(file: bytes) -> None:
    assert image.size(encode(file)) == (640, 480)


def test_size_is_read_from_base64_with_line_breaks() -> None:
    file = jpeg(640, 480, before=segment(0xE1, 5000))
    assert image.size(base64.encodebytes(file).decode()) == (640, 480)


@pytest.mark.parametrize(
    "data",
    [
        pytest.param("", id="empty"),
        pytest.param("not base64 at all", id="no base64"),
        pytest.param("日本", id="no ascii"),
        pytest.param(encode(b"BM" + JUNK), id="other format"),
        pytest.param(encode(png(640, 480)[:18]), id="cut png"),
        pytest.param(encode(png(0, 480)), id="no width"),
        pytest.param(encode(jpeg(640, 480)[:8]), id="cut jpeg"),
        pytest.param(encode(b"\xff\xd8\xff\xda" + JUNK), id="jpeg without frame"),
        pytest.param(encode(b"\xff\xd8" + b"\xff\xd0" * 5000), id="jpeg of markers only"),
        pytest.param(encode(b"\xff\xd8" + b"\xff\xe1\x00\x00" * 5000), id="jpeg with an impossible length"),
        pytest.param(encode(webp(b"ALPH", JUNK)), id="unknown webp"),
    ],
)
def test_image_of_unknown_size_costs_the_most(data: str) -> None:
    assert image.size(data) is None
    assert image.tokens(data) == image.MAX_TOKENS


@pytest.mark.parametrize(
    ("width", "height", "expected"),
    [
        (1, 1, 1),
        (28, 28, 1),
        (29, 28, 2),
        (200, 200, 64),
        (1000, 1000, 1296),
        (1092, 1092, 1521),
        (1568, 784, 1568),
        (3000, 3000, 1568),
        (8000, 100, 56),
        (65_535, 1, 56),
    ],
)
def test_visual_tokens_are_patches_of_the_scaled_image(width: int, height: int, expected: int) -> None:
    assert image.visual_tokens(width, height) == expected


@pytest.mark.parametrize("edge", [100, 300, 640, 900, 1080])
def test_visual_tokens_agree_with_the_vendors_older_formula(edge: int) -> None:
    assert image.visual_tokens(edge, edge) == pytest.approx(edge * edge / 750, rel=0.25)


def test_tokens_depend_on_the_size_alone() -> None:
    assert image.tokens(encode(png(280, 280))) == image.tokens(encode(jpeg(280, 280))) == 100
