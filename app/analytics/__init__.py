"""Questions over many documents: free SQL, fenced by rights, answered away from the office's own process."""

from __future__ import annotations

from app.analytics.guard import SqlRefused
from app.analytics.sandbox import SqlTooLong, warm
from app.analytics.service import Answer, describe_views, sql

__all__ = ["Answer", "SqlRefused", "SqlTooLong", "describe_views", "sql", "warm"]
