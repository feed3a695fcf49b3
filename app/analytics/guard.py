"""Free SQL is let in only as one plain SELECT over views and functions of a list; all else is refused in words."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from difflib import get_close_matches

import sqlglot
from sqlglot import exp
from sqlglot.errors import SqlglotError
from sqlglot.optimizer.scope import traverse_scope

from app.analytics.allowed import FUNCTIONS, NODES
from app.core.errors import DaybookError
from app.core.words import Words

TEXT_LONGEST, LITERAL_LONGEST, NODES_MOST = 20_000, 1_000, 3_000
DIALECT = "duckdb"


class SqlRefused(DaybookError):
    """{reason}"""

    zh = "{reason}"
    status = 422


@dataclass(frozen=True)
class Guarded:
    """A text that passed: the SQL written anew from its tree, the views and the columns that it names."""

    sql: str
    views: frozenset[str]
    columns: frozenset[str] | None  # None: all of them, since a star stands in it


def guard(text: str, views: Collection[str], *, limit: int) -> Guarded:
    """Let through exactly one SELECT over these views, cut at `limit` + 1 rows; raise `SqlRefused` otherwise."""
    tree = _parse(text)
    _check_nodes(tree)
    named = frozenset(_tables(tree, frozenset(views)))
    return Guarded(_limited(tree, limit + 1).sql(dialect=DIALECT), named, _columns(tree))


def _parse(text: str) -> exp.Query:
    if len(text) > TEXT_LONGEST:
        raise _refused(f"The query has more than {TEXT_LONGEST} characters.", f"查询超过 {TEXT_LONGEST} 个字符。")
    try:
        trees = [tree for tree in sqlglot.parse(text, dialect=DIALECT) if tree is not None]
    except (SqlglotError, RecursionError) as error:
        where = str(error).split("\x1b")[0].strip().split("\n")[0][:200]
        raise _refused(f"This is not SQL that can be read: {where}", f"这段 SQL 读不懂：{where}") from error
    if len(trees) != 1:
        raise _refused("Write exactly one query.", "只能写一条查询。")
    if not isinstance(trees[0], exp.Select | exp.SetOperation):
        raise _refused(
            "Only a SELECT is possible here; nothing can be changed by SQL.", "这里只能用 SELECT，不能用 SQL 改数据。"
        )
    if isinstance(trees[0], exp.Select) and not trees[0].expressions:
        raise _refused(
            "Write what is to be selected, for example 'select number from supplier'.",
            "写上要查什么，比如 select number from supplier。",
        )
    return trees[0]


def _check_nodes(tree: exp.Query) -> None:
    for count, node in enumerate(tree.walk()):
        if count >= NODES_MOST:
            raise _refused("The query is too big.", "查询太大。")
        _check_node(node)


def _check_node(node: exp.Expr) -> None:
    if isinstance(node, exp.With) and node.args.get("recursive"):
        raise _refused("A recursive WITH is not possible here.", "这里不能用递归 WITH。")
    if isinstance(node, exp.Literal) and len(str(node.this)) > LITERAL_LONGEST:
        raise _refused(f"A value has more than {LITERAL_LONGEST} characters.", f"值超过 {LITERAL_LONGEST} 个字符。")
    if isinstance(node, exp.Select) and (node.args.get("into") or node.args.get("locks")):
        raise _refused("SELECT INTO and locks are not possible here.", "这里不能用 SELECT INTO 或加锁。")
    if type(node).__name__ in NODES:
        return
    name = _function_name(node)
    if name is None:
        what = type(node).__name__
        raise _refused(f"'{what}' is not possible here.", f"这里不能用“{what}”。")
    if name not in FUNCTIONS:
        hint, suggestion = _nearest(name, FUNCTIONS)
        raise _refused(f"There is no function '{name}' here.{hint}", f"这里没有函数“{name}”。{suggestion}")


def _function_name(node: exp.Expr) -> str | None:
    if isinstance(node, exp.Anonymous | exp.AnonymousAggFunc):
        return str(node.this).lower()
    return node.sql_name().lower() if isinstance(node, exp.Func) else None


def _tables(tree: exp.Query, views: frozenset[str]) -> Iterator[str]:
    common = {cte.alias_or_name.lower() for cte in tree.find_all(exp.CTE)}
    for table in tree.find_all(exp.Table):
        _check_table(table)
        if table.name.lower() not in views | common:
            raise _no_view(table.name, views)
    for scope in traverse_scope(tree):
        for source in scope.sources.values():
            if isinstance(source, exp.Table):
                if source.name.lower() not in views:
                    raise _no_view(source.name, views)
                yield source.name.lower()


def _check_table(table: exp.Table) -> None:
    if not isinstance(table.this, exp.Identifier):
        raise _refused("A function can't stand where a table stands.", "FROM 里不能放函数。")
    if table.args.get("db") or table.args.get("catalog"):
        raise _refused(f"Write '{table.name}' without a prefix.", f"“{table.name}”前不能加前缀。")


def _no_view(name: str, views: Collection[str]) -> SqlRefused:
    hint, suggestion = _nearest(name.lower(), views)
    return _refused(
        f"There is no table '{name}', or you may not see it.{hint}", f"没有表“{name}”，或者你无权查看。{suggestion}"
    )


def _columns(tree: exp.Query) -> frozenset[str] | None:
    for star in tree.find_all(exp.Star):
        if not isinstance(star.parent, exp.Count):
            return None
    if next(tree.find_all(exp.Join), None) is not None and any(
        join.args.get("method") for join in tree.find_all(exp.Join)
    ):
        return None  # NATURAL joins read every column's name
    used = {column.name.lower() for column in tree.find_all(exp.Column)}
    return frozenset(used | {name.name.lower() for name in tree.find_all(exp.Identifier)})


def _limited(tree: exp.Query, most: int) -> exp.Query:
    limit = tree.args.get("limit")
    wanted = limit.expression if isinstance(limit, exp.Limit) else None
    if limit is None:
        return tree.limit(most)
    if isinstance(wanted, exp.Literal) and wanted.is_int:
        return tree.limit(min(int(wanted.this), most))
    raise _refused("Write LIMIT with a plain number.", "LIMIT 后面写一个数字。")


def _nearest(name: str, words: Collection[str]) -> tuple[str, str]:
    near = get_close_matches(name, list(words), n=1, cutoff=0.6)
    return (f" Did you mean '{near[0]}'?", f"是不是“{near[0]}”？") if near else ("", "")


def _refused(english: str, chinese: str) -> SqlRefused:
    return SqlRefused(reason=Words(english, chinese))
