"""`ccr doctor`: look at everything that is known to go wrong."""

import os
import sys
from typing import Annotated

import msgspec
from cyclopts import Parameter

from ccr.cli.option import ConfigOption, JsonOption, PortOption
from ccr.cli.paint import paint
from ccr.cli.place import given
from ccr.cli.report import tell
from ccr.config.schema import Config
from ccr.run.doctor.checkup import examine
from ccr.run.doctor.patient import Patient
from ccr.run.service import Site
from ccr.status.finding import Level, has_failed, report
from ccr.store.paths import home

COLORS: dict[Level, str] = {"ok": "green", "note": "cyan", "warn": "yellow", "fail": "red"}


def doctor(
    *,
    online: Annotated[
        bool, Parameter(negative="", help="Also ask every provider's server whether it is there.")
    ] = False,
    json: JsonOption = False,
    config: ConfigOption = None,
    port: PortOption = None,
) -> int:
    """Check the set-up and say what to mend.

    Looks at Claude Code, its logins and settings, the environment, the configuration and your own code, the service and
    its port, proxies, certificates, the clock, the disk, and the window of the usual model. The report holds no key and
    no user name, so it can be pasted into an issue. Exits with 1 if something must be mended. `--online` sends no key;
    `ccr test` tries the keys.

    Examples:

        ccr doctor
        ccr doctor --online
        ccr doctor --json | jq '.[] | select(.level == "fail")'
    """
    env = dict(os.environ)
    place = home(env)
    source = given(config, port).source(place, env)
    loaded = source.read()
    site = Site.of(place, source, loaded.config or Config(port=source.port or Config().port))
    patient = Patient(env=env, home=place, path=source.path, loaded=loaded, site=site)
    if online:
        tell("asking the providers ...")
    found = examine(patient, is_online=online)
    if json:
        print(msgspec.json.encode(found).decode())
    else:
        print(report(found, paint=lambda text, level: paint(text, COLORS[level])))
        if not online:
            print("Providers were not asked; `ccr doctor --online` does that.", file=sys.stderr)
    return 1 if has_failed(found) else 0
