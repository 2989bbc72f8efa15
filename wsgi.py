"""The board as a WSGI application: `app`. A bad setting ends it with one sentence, no traceback."""

from __future__ import annotations

import os
import sys
from dataclasses import replace

from app.adapters import private_files
from app.factory import create_app
from app.settings import BadSetting, Settings

private_files.keep_private()
try:
    settings = Settings.load(demo=os.environ.get("MILEPOST_DEMO") == "on")
    if settings.demo:  # its people are made up: no letter may leave the house
        settings = replace(settings, smtp_url="file:")
    if os.environ.get("FLASK_RUN_FROM_CLI") != "true":  # the commands look for themselves
        sys.stderr.writelines(f"{sentence}\n" for sentence in private_files.mend(settings))
    app = create_app(settings)
except BadSetting as trouble:
    sys.stderr.write(f"{trouble}\n")
    sys.exit(2)
