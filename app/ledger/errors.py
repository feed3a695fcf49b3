"""What the ledger refuses, in words that name the way out."""

from __future__ import annotations

from app.core.errors import DaybookError, KeyReused

__all__ = ["AlreadySettled", "KeyReused", "NotEnough", "PeriodClosed", "TooLittleLeft", "Unbalanced", "UnknownName"]


class NotEnough(DaybookError):
    """{thing}: {wanted} wanted, {available} available in {place}. Reduce the quantity or choose another warehouse."""

    zh = "{thing}：需要 {wanted}，{place} 可用 {available}。请减少数量或换一个仓库。"
    status = 409


class TooLittleLeft(NotEnough):
    """{place}: {wanted} wanted, {available} left. Ask for less, or have it raised first."""

    zh = "{place}：需要 {wanted}，剩余 {available}。请减少，或先申请增加。"


class AlreadySettled(DaybookError):
    """{thing} was already shipped, given back or reversed as far as it goes. Reload and look at its ledger effects."""

    zh = "{thing} 已出库、退回或冲销完毕，请刷新后查看库存与账务。"
    status = 409


class PeriodClosed(DaybookError):
    """The period {period} is closed. Book it in an open period, or ask finance to open {period} again."""

    zh = "会计期间 {period} 已结账，请记入未结账的期间，或请财务反结账。"
    status = 409


class Unbalanced(DaybookError):
    """{event} is out of balance by {rest} in {commodity}. Correct the posting table or the figures."""

    zh = "{event} 不平衡，{commodity} 相差 {rest}，请修正记账规则或金额。"
    status = 422


class UnknownName(DaybookError):
    """The ledger has no {kind} {name}. Save its record again so that it is opened."""

    zh = "账簿中没有{kind} {name}，请重新保存对应的记录。"
    status = 422
