"""Pictures, documents and recordings as Gemini parts.

Types: https://ai.google.dev/gemini-api/docs/image-understanding, /document-processing, /audio and /video-understanding.
"""

import re

from ccr.core.unified import Json
from ccr.dialect.content import inline_data, remote_url

IMAGES = ("image/png", "image/jpeg", "image/webp", "image/heic", "image/heif")
"""Others are answered with 400 "Unsupported MIME type": GIF above all, which the client may send."""

IN_RESULTS = ("image/png", "image/jpeg", "image/webp", "application/pdf", "text/plain")
"""What a function response takes: https://ai.google.dev/gemini-api/docs/function-calling#multimodal"""

_OTHERS = re.compile(r"application/pdf|text/(plain|html|css|csv|xml|rtf|md|markdown)|audio/[\w.+-]+|video/[\w.+-]+")
_SAME = {"image/jpg": "image/jpeg", "audio/mpeg": "audio/mp3", "audio/x-wav": "audio/wav", "text/markdown": "text/md"}
_ENDINGS = {
    "png": "image/png",
    "webp": "image/webp",
    "heic": "image/heic",
    "heif": "image/heif",
    "pdf": "application/pdf",
    "txt": "text/plain",
    "md": "text/md",
    "csv": "text/csv",
    "html": "text/html",
    "mp3": "audio/mp3",
    "wav": "audio/wav",
    "mp4": "video/mp4",
}


def media_part(part: Json) -> Json | None:
    """Return an image or document part as `inlineData` or `fileData`, None if it is neither or Gemini can't read it."""
    if part.get("type") not in ("image_url", "document"):
        return None
    data = inline_data(part)
    if data is not None:
        kind = mime(data[0])
        return {"inlineData": {"mimeType": kind, "data": data[1]}} if kind and data[1] else None
    url = remote_url(part)
    if url is None:
        return None
    default = "application/pdf" if part["type"] == "document" else "image/jpeg"
    return {"fileData": {"mimeType": _ENDINGS.get(_ending(url), default), "fileUri": url}}


def mime(name: str) -> str:
    """Return the type in Google's spelling, empty if Gemini doesn't take it."""
    kind = name.partition(";")[0].strip().lower()
    kind = _SAME.get(kind, kind)
    return kind if kind in IMAGES or _OTHERS.fullmatch(kind) else ""


def _ending(url: str) -> str:
    return url.partition("?")[0].partition("#")[0].rpartition(".")[2].lower()
