"""A small company in a few files, and how tests change them."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from app.config.loader import Sources
from app.core.actions import action, actions

NOWHERE = Path("/nowhere")

FILES: dict[str, str] = {
    "app/config/organisation.yaml": """\
organisation: small
currency: EUR
calendar: office
calendars:
  office: {zone: Europe/Berlin, hours: ["09:00-17:00"]}
roles:
  employee: {title: {en: Employee, zh: 员工}}
  buyer:    {title: {en: Buyer, zh: 采购员}, includes: [employee]}
  finance:  {title: {en: Finance, zh: 财务}, includes: [employee]}
  auditor:  {title: {en: Auditor, zh: 审计}}
duties:
  ask: [purchase_request.create]
  approve: [purchase_request.approve]
keep_apart:
  - apart: [ask, approve]
    because: {en: Nobody approves his own., zh: 不得审批本人的申请。}
process_admins: [ada, ben]
""",
    "app/config/words.yaml": """\
words:
  account: {en: Account, zh: 账号}
  amount: {en: Amount, zh: 金额}
  attachments: {en: Attachments, zh: 附件}
  code: {en: Code, zh: 编码}
  customer: {en: Customer, zh: 客户}
  department: {en: Department, zh: 部门}
  finish: {en: Finish, zh: 完成}
  lines: {en: Lines, zh: 明细}
  manager: {en: Manager, zh: 主管}
  name: {en: Name, zh: 名称}
  needed_on: {en: Needed on, zh: 需求日期}
  order_count: {en: Orders, zh: 订单数}
  ordered_on: {en: Ordered on, zh: 下单日期}
  product: {en: Product, zh: 商品}
  quantity: {en: Quantity, zh: 数量}
  reason: {en: Reason, zh: 理由}
  requester: {en: Requester, zh: 申请人}
  ship: {en: Ship, zh: 发货}
  total_amount: {en: Total, zh: 合计}
  unit_price: {en: Unit price, zh: 单价}
  weight: {en: Weight, zh: 重量}
""",
    "app/config/stages.yaml": """\
stages:
  draft:     {title: {en: Draft, zh: 草稿}, meaning: not_begun}
  in_review: {title: {en: In review, zh: 审批中}, meaning: waiting}
  returned:  {title: {en: Returned, zh: 已退回}, meaning: goes_back}
  approved:  {title: {en: Approved, zh: 已批准}, meaning: ended_well}
  rejected:  {title: {en: Rejected, zh: 已拒绝}, meaning: stopped}
  cancelled: {title: {en: Cancelled, zh: 已取消}, meaning: not_begun}
  completed: {title: {en: Completed, zh: 已完成}, meaning: ended_well}
""",
    "app/config/messages.yaml": """\
messages:
  request_late: {en: "{number} is late.", zh: "{number} 晚了。"}
""",
    "forms/people/department.yaml": """\
form: department
title: {en: Department, zh: 部门}
key: code
fields:
  code: {type: text}
  name: {type: text, required: true}
access:
  view:   [employee]
  create: [buyer]
""",
    "forms/people/employee.yaml": """\
form: employee
title: {en: Employee, zh: 员工}
number: E{seq:5}
fields:
  name:       {type: text, required: true}
  account:    {type: user}
  department: {type: department}
  manager:    {type: employee}
access:
  view: [employee]
""",
    "forms/sales/product.yaml": """\
form: product
title: {en: Product, zh: 商品}
key: code
fields:
  code:   {type: text}
  name:   {type: text}
  weight: {type: quantity}
access:
  view: [employee]
""",
    "forms/sales/customer.yaml": """\
form: customer
title: {en: Customer, zh: 客户}
number: C{seq:5}
fields:
  name: {type: text}
totals:
  order_count: {type: number, formula: count(sales_order where customer == this), stored: true}
access:
  view: [employee]
""",
    "forms/purchasing/purchase_request.yaml": """\
form: purchase_request
title: {en: Purchase request, zh: 采购申请}
number: PR-{year}-{seq:5}

fields:
  requester:    {type: user, default: me, readonly: true}
  department:   {type: department, required: true}
  needed_on:    {type: date, required: true}
  reason:       {type: long_text, required: true}
  attachments:  {type: files}

lines:
  product:      {type: product, required: true}
  quantity:     {type: quantity, required: true}
  unit_price:   {type: price, required: true}
  amount:       {type: money, formula: quantity * unit_price}

totals:
  total_amount: {type: money, formula: sum(lines.amount)}

checks:
  - check: needed_on >= today
    message: {en: The date has passed., zh: 日期已过。}

list: [number, department, requester, needed_on, total_amount, stage]

access:
  create: [employee]
  view:   [requester, buyer, finance]
""",
    "forms/sales/sales_order.yaml": """\
form: sales_order
title: {en: Sales order, zh: 销售订单}
number: SO-{year}-{seq:6}
fields:
  customer:   {type: customer, where: name != null}
  ordered_on: {type: date, default: today}
lines:
  product:  {type: product, required: true}
  quantity: {type: quantity, required: true}
  weight:   {type: quantity, formula: "quantity * coalesce(product.weight, 0)"}
views:
  waiting: {title: {en: To review, zh: 待审核}, where: stage == 'in_review', sort: customer}
access:
  view: [employee]
""",
    "workflows/purchasing/purchase_request.yaml": """\
workflow: purchase_request
form: purchase_request
on_returned:
  - {tell: [requester], message: request_late}
steps:
  - step: manager_review
    title: {en: Line manager, zh: 直属主管}
    approver: {manager_of: requester}
    escalate: {after: 2 days, to: {head_of: department}}
  - step: joint_review
    title: {en: Finance and purchasing, zh: 财务与采购会签}
    when: total_amount >= 5000
    all_of: [{role: finance}, {role: buyer}]
examples:
  - given: {total_amount: 80000}
    path:  [manager_review, joint_review]
""",
    "workflows/sales/sales_order.yaml": """\
workflow: sales_order
form: sales_order
stages:
  draft:
    editable: true
    actions:
      submit: {title: {en: Submit, zh: 提交}, who: [employee], to: in_review}
  in_review:
    do: [small.reserve]
    actions:
      finish: {who: [buyer], to: completed}
  completed:
    final: true
""",
    "examples/shop/shop_orders.yaml": """\
import: shop_orders
title: {en: Shop orders, zh: 店铺订单}
source:
  file:    orders.csv
  columns: [OrderNo, StockCode, Quantity]
clean:
  - StockCode: upper(trim(StockCode))
  - quantity:  number(Quantity)
into:
  - form:     sales_order
    group_by: OrderNo
    stage:    completed
    tables:
      lines:
        product:  {find: product, by: {code: StockCode}, if_missing: reject}
        quantity: quantity
""",
    "reports/metrics.yaml": """\
metrics:
  asked_amount:
    title: {en: Asked for, zh: 申请金额}
    from:  purchase_request.lines
    value: sum(amount)
    where: stage != 'draft'
    at:    needed_on
    by:    [department, product, product.code, requester]
    as:    money
  requests:
    title: {en: Requests, zh: 申请数}
    from:  purchase_request
    value: count(number)
    at:    created_at
    by:    [department, requester]
  average_request:
    title: {en: Average request, zh: 平均申请金额}
    value: asked_amount / requests
    as:    money
  goods_value:
    title: {en: Goods, zh: 库存金额}
    from:  stock_on_hand
    value: sum(value)
    by:    [product, warehouse]
    as:    money
    balance: true
  late_share:
    title: {en: Late, zh: 逾期占比}
    from:  purchase_request
    value: count(number where needed_on < today) / count(number)
    as:    percent
    good:  down
    goal:  2%
""",
    "site/reports/metrics.yaml": """\
extends: metrics
metrics:
  requests: {title: {en: Purchase requests, zh: 采购申请数}, by: {add: [stage]}}
""",
    "site/forms/purchase_request.yaml": """\
extends: purchase_request
based_on: 5b1f0c9e
fields:
  urgent:      {type: boolean, label: {en: Urgent, zh: 加急}, place: after department}
  attachments: {place: before reason}
list: {add: [urgent], remove: [requester], place: after department}
""",
}


def small(*changes: tuple[str, str, str]) -> Sources:
    """Give the small company with texts replaced: (file, old, new); an old text of '' adds at the end."""
    register()
    texts = dict(FILES)
    for file, old, new in changes:
        if old:
            assert old in texts[file], f"{file} has no {old!r}"
            texts[file] = texts[file].replace(old, new, 1)
        else:
            texts[file] = texts.get(file, "") + new
    return Sources(NOWHERE, texts=texts)


def register() -> Mapping[str, object]:
    """Register what the small company's workflows name."""
    if "small.reserve" not in actions():
        action("small.reserve", needs={"ordered_on": "date", "lines.quantity": "quantity", "lines.lot?": "lot"})(
            lambda tx, document: None
        )
    return actions()
