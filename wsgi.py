"""The board as a WSGI application: `app`. A bad setting ends it with one sentence, no traceback."""

from __future__ import annotations

import os
import sys

from app.factory import create_app
from app.settings import BadSetting, Settings

try:
    app = create_app(Settings.load(demo=os.environ.get("MILEPOST_DEMO") == "on"))
except BadSetting as trouble:
    sys.stderr.write(f"{trouble}\n")
    sys.exit(2)
