"""The configurations that the versions of the original print in their READMEs, as people copied them."""

from pathlib import Path

FOLDER = Path(__file__).parent / "samples"

FILES: dict[str, str] = {path.name: path.read_text(encoding="utf-8") for path in sorted(FOLDER.glob("*.json*"))}
"""Whole files, by name."""

POC = (FOLDER / "poc.env").read_text(encoding="utf-8")
"""The first proof of concept had a `.env` only: first for one model, then for router mode."""

PROVIDERS: dict[str, str] = {
    path.stem: path.read_text(encoding="utf-8") for path in sorted((FOLDER / "providers").glob("*.json"))
}
"""Single entries of `Providers`, by name."""
