"""Where application default credentials are: a file that the environment names, gcloud's own, or the machine's account.

https://cloud.google.com/docs/authentication/application-default-credentials#order
"""

import sys
from collections.abc import Mapping
from pathlib import Path

VARIABLE = "GOOGLE_APPLICATION_CREDENTIALS"
FILE = "application_default_credentials.json"
METADATA_HOST = "metadata.google.internal"
PRODUCT = Path("/sys/class/dmi/id/product_name")
"""Tells on Linux whose machine this is: https://google.aip.dev/auth/4115"""

PROJECTS = ("GOOGLE_CLOUD_PROJECT", "GCLOUD_PROJECT")
LOCATIONS = ("GOOGLE_CLOUD_LOCATION", "GOOGLE_CLOUD_REGION")
SERVERLESS = ("K_SERVICE", "CLOUD_RUN_JOB", "FUNCTION_NAME")
"""Variables of Cloud Run and Cloud Functions: https://cloud.google.com/run/docs/container-contract#env-vars"""


def credentials_file(env: Mapping[str, str]) -> Path | None:
    """Return the file with the credentials: the one the environment names, even if it is missing, else gcloud's."""
    named = env.get(VARIABLE)
    if named:
        return Path(named).expanduser()
    file = gcloud_folder(env) / FILE
    return file if file.is_file() else None


def gcloud_folder(env: Mapping[str, str]) -> Path:
    """Return gcloud's folder: https://cloud.google.com/sdk/docs/configurations"""
    if env.get("CLOUDSDK_CONFIG"):
        return Path(env["CLOUDSDK_CONFIG"])
    if sys.platform == "win32":
        return Path(env.get("APPDATA", "C:\\")) / "gcloud"
    home = env.get("HOME")
    return (Path(home) if home else Path.home()) / ".config" / "gcloud"


def metadata_host(env: Mapping[str, str], *, product: Path = PRODUCT) -> str:
    """Return the host of the metadata server, empty unless the environment names one or this is a machine of Google's.

    Elsewhere it is never asked: the name does not exist there, and some networks take long to say so.
    """
    if env.get("GCE_METADATA_HOST"):
        return env["GCE_METADATA_HOST"]
    if env.get("NO_GCE_CHECK", "").lower() == "true":
        return ""
    here = any(env.get(name) for name in SERVERLESS) or _product(product).startswith("Google")
    return METADATA_HOST if here else ""


def first(env: Mapping[str, str], names: tuple[str, ...]) -> str:
    """Return the first of the variables that has a value, else an empty text."""
    return next((env[name] for name in names if env.get(name)), "")


def _product(path: Path) -> str:
    try:
        return path.read_text(encoding="ascii", errors="replace").strip()
    except OSError:
        return ""
