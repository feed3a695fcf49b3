"""Whether a home has people already, seen without opening the office: that would cost each start seconds."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

from app.cli.console import say
from app.config.settings import Settings

DEMO_PEOPLE = (
    "employee, manager, buyer, purchasing_manager, finance, finance_controller, warehouse, sales, service, analyst, "
    "director, chief_executive, admin, admin2, supplier"
)


def is_founded(settings: Settings) -> bool:
    """Tell whether somebody can sign in for sure; only the office itself can tell of another database than SQLite."""
    file = settings.var / "daybook.db"
    if settings.database_url or not file.exists() or unfinished(settings).exists():
        return False
    with closing(sqlite3.connect(f"file:{file}?mode=ro", uri=True)) as connection:
        try:
            return connection.execute("select 1 from office_account where id > 0 limit 1").fetchone() is not None
        except sqlite3.OperationalError:  # no table yet, or busy
            return False


def tell_password(settings: Settings) -> None:
    """Print the password of the demo company, where there is one."""
    path = kept(settings)
    if path.exists():
        password = path.read_text().strip()
        say(f"Sign in with the password {password} as {DEMO_PEOPLE}.", f"登录密码 {password}，用户名：{DEMO_PEOPLE}。")


def unfinished(settings: Settings) -> Path:
    """Give the file that stands while the demo company is being made."""
    return settings.var / "demo_unfinished"


def kept(settings: Settings) -> Path:
    """Give the file that keeps the password of the demo company."""
    return settings.var / "demo_password"
