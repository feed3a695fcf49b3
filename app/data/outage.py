"""When the database or the disk gives way: what drivers say about it becomes one sentence that people understand."""

from __future__ import annotations

import errno
import sqlite3

import psycopg

from app.core.errors import DaybookError

FULL_SQLITE = frozenset({sqlite3.SQLITE_FULL, sqlite3.SQLITE_IOERR})  # a write beyond a limit of size is an IOERR
BUSY_SQLITE = frozenset({sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED})
AWAY_SQLITE = frozenset({sqlite3.SQLITE_CANTOPEN, sqlite3.SQLITE_READONLY})
FULL_ERRNO = frozenset({errno.ENOSPC, errno.EDQUOT, errno.EFBIG})
AWAY_STATES = ("08", "57P")  # of PostgreSQL: no connection, shut down
CLASHES = frozenset({"23505", "40P01", "40001"})  # of PostgreSQL: the same key, a deadlock, a serialization failure
TOO_MANY, NO_ROOM = "53300", "53100"


class Outage(DaybookError):
    """The office can't work at the moment. Nothing of this was saved; try again in a minute."""

    zh = "系统暂时无法工作，本次操作未保存，请稍后重试。"
    status = 503


class DatabaseAway(Outage):
    """The database doesn't answer. Nothing of this was saved; try again in a minute."""

    zh = "数据库没有响应，本次操作未保存，请稍后重试。"
    status = 503


class DatabaseBusy(Outage):
    """Another program holds the database. Nothing of this was saved; try again."""

    zh = "数据库被其他程序占用，本次操作未保存，请重试。"
    status = 503


class DiskFull(Outage):
    """There is no room left on the office's disk. Nothing of this was saved; ask an administrator to make room."""

    zh = "服务器磁盘空间不足，本次操作未保存，请联系管理员清理空间。"
    status = 507


class PerhapsSaved(Outage):
    """The database went away just as this was saved. Look whether it is there before you send it again."""

    zh = "保存的瞬间数据库断开，请先查看是否已保存，再决定是否重新提交。"
    status = 503


def outage_of(error: BaseException, *, ending: bool = False) -> Outage | None:
    """Give the outage that a driver's error tells of; nothing where it tells of something else.

    `ending`: it came while the transaction was being kept, so that nobody here knows whether it was.
    """
    cause = getattr(error, "orig", None) or error
    if isinstance(cause, sqlite3.OperationalError):
        return _of_sqlite(getattr(cause, "sqlite_errorcode", 0))
    if isinstance(cause, psycopg.Error):
        return _of_postgresql(cause, ending)
    if isinstance(cause, OSError) and cause.errno in FULL_ERRNO:
        return DiskFull()
    return None


def clashed(error: BaseException) -> bool:
    """Tell whether a transaction only met another one: both made the same key, or each waited for the other."""
    cause = getattr(error, "orig", None) or error
    return isinstance(cause, psycopg.Error) and cause.sqlstate in CLASHES


def _of_sqlite(code: int) -> Outage | None:
    """A transaction that SQLite could not keep is undone, so its end is never in doubt."""
    if code == sqlite3.SQLITE_READONLY:  # the file is as it was: a reader of ours tried to write
        return None
    for codes, kind in ((FULL_SQLITE, DiskFull), (BUSY_SQLITE, DatabaseBusy), (AWAY_SQLITE, DatabaseAway)):
        if code & 0xFF in codes:
            return kind()
    return None


def _of_postgresql(cause: psycopg.Error, ending: bool) -> Outage | None:
    state = cause.sqlstate
    if state == NO_ROOM:
        return DiskFull()
    away = state == TOO_MANY or (state or "").startswith(AWAY_STATES)
    if away or (state is None and isinstance(cause, psycopg.OperationalError)):
        return PerhapsSaved() if ending else DatabaseAway()
    return None
