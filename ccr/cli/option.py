"""Options that several commands share."""

from pathlib import Path
from typing import Annotated

from cyclopts import Parameter

ConfigOption = Annotated[
    Path | None,
    Parameter(name=["--config", "--ccr-config"], help="The configuration file, if not the usual one."),
]
PortOption = Annotated[
    str | None,
    Parameter(help="The port, whatever PORT in the configuration says; auto takes a free one."),
]
JsonOption = Annotated[bool, Parameter(name="--json", negative="", help="Print JSON, for scripts.")]
