"""Dashboards and reports: what they show must be there, and be cut by what it can be cut by."""

from __future__ import annotations

import pytest

from app.config.loader import check, load_catalogue
from tests.config.small import small

BOARD, REPORT, OWN = "reports/buying.yaml", "reports/slow.yaml", "site/reports/buying.yaml"
DASHBOARD = """\
dashboard: buying
title: {en: Buying, zh: 采购看板}
roles: [buyer]
period: this_month
filters: [department]
tiles:
  - {metric: requests, as: number, compare: last_year}
  - {metrics: [requests, average_request], as: line, by: month, wide: 4}
  - {metric: asked_amount, as: bar, by: product, top: 20, where: quantity > 2}
  - {list: sales_order.waiting, wide: 2}
  - {note: {en: Ask Ada., zh: 请找 Ada。}}
refresh: 5 minutes
send: {to: [buyer], every: monday, at: "08:00"}
"""
TABLE = """\
report: slow
title: {en: Slow requests, zh: 拖延的申请}
from: purchase_request
columns: [number, department.name, total_amount]
where: stage == 'in_review'
sort: -needed_on
top: 50
"""
FIGURES = """\
report: by_department
title: {en: By department, zh: 按部门}
metrics: [requests]
by: [department]
across: month
"""


def test_a_dashboard_names_its_tiles() -> None:
    board = load_catalogue(small((BOARD, "", DASHBOARD))).dashboards["buying"]
    assert [tile.show_as for tile in board.tiles] == ["number", "line", "bar", "number", "number"]
    assert (board.tiles[1].metrics, board.tiles[1].by, board.tiles[1].wide) == (
        ("requests", "average_request"),
        "month",
        4,
    )
    assert board.tiles[3].list == ("sales_order", "waiting")
    assert board.send is not None and (board.send.every, board.send.at) == ("monday", "08:00")


def test_the_company_adds_filters_and_roles() -> None:
    change = "extends: buying\nfilters: {add: [requester]}\nroles: {add: [finance]}\n"
    board = load_catalogue(small((BOARD, "", DASHBOARD), (OWN, "", change))).dashboards["buying"]
    assert (board.filters, board.roles) == (("department", "requester"), ("buyer", "finance"))


def test_a_report_is_a_table_of_documents_or_of_figures() -> None:
    reports = load_catalogue(small((REPORT, "", TABLE), ("reports/f.yaml", "", FIGURES))).reports
    assert reports["slow"].columns == ("number", "department.name", "total_amount")
    assert (reports["by_department"].metrics, reports["by_department"].across) == (("requests",), "month")


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        (
            "metric: requests, as: number",
            "metric: request, as: number",
            "there is no metric 'request'. Did you mean 'requests'?",
        ),
        ("by: month", "by: moth", "these figures can't be cut by 'moth'. Did you mean 'month'?"),
        ("by: product", "by: department.head", "these figures can't be cut by 'department.head'."),
        ("sales_order.waiting", "sales_order.waitng", "sales_order has no view 'waitng'. Did you mean 'waiting'?"),
        ("sales_order.waiting", "sale_order.waiting", "there is no form 'sale_order'. Did you mean 'sales_order'?"),
        ("wide: 4", "wide: 5", "'5' is not one of 1, 2, 3, 4."),
        (
            "as: bar",
            "as: bars",
            "'bars' is not one of number, line, bar, pie, table, pivot, heat, gauge. Did you mean 'bar'?",
        ),
        ("period: this_month", "period: this_moth", "Did you mean 'this_month'?"),
        ('"08:00"', '"8 am"', "'8 am' is not one of \"08:00\"."),
        ("every: monday", "every: moonday", "Did you mean 'monday'?"),
        ("where: quantity > 2", "where: quantty > 2", "Did you mean 'quantity'?"),
        (
            "  - {note: {en: Ask Ada., zh: 请找 Ada。}}",
            "  - {metric: requests, list: sales_order.waiting}",
            "a tile shows one thing",
        ),
        ("roles: [buyer]", "roles: [byer]", "there is no role 'byer'. Did you mean 'buyer'?"),
        ("refresh: 5 minutes", "refresh: often", "'often' is not a length of time."),
    ],
)
def test_a_wrong_dashboard_is_told_what_is_wrong(old: str, new: str, said: str) -> None:
    assert old in DASHBOARD
    (fault,) = check(small((BOARD, "", DASHBOARD.replace(old, new))))
    assert said in fault.words.en and fault.words.zh and fault.file == BOARD


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("from: purchase_request", "from: purchase_requst", "there is no form 'purchase_requst'."),
        ("department.name", "department.nme", "there is no field 'department.nme'."),
        ("top: 50", "top: 50\nby: [department]", "'by' doesn't belong here"),
        (
            "from: purchase_request",
            "metrics: [requests]\nfrom: purchase_request",
            "say either metrics: […] or from: form",
        ),
        ("'in_review'", "'in_reveiw'", "Did you mean 'in_review'?"),
    ],
)
def test_a_wrong_report_is_told_what_is_wrong(old: str, new: str, said: str) -> None:
    faults = check(small((REPORT, "", TABLE.replace(old, new))))
    assert said in faults[0].words.en, [fault.say() for fault in faults]
