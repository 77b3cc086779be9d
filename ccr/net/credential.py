"""The header in which a key travels."""

from ccr.dialect.base import Auth


def auth_headers(auth: Auth, key: str) -> dict[str, str]:
    """Return exactly one credential header, or none for an upstream without a key (a local server)."""
    if not key or auth == "none":
        return {}
    if auth in ("bearer", "google"):
        return {"authorization": f"Bearer {key}"}
    return {auth: key}
