"""Small mappings and files for tests of imports, and an office with somebody who may import."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache

from app.config.import_spec import ImportSpec
from app.config.loader import load_catalogue
from app.config.settings import CHECKOUT
from app.config.sources import Sources
from app.core.actor import SYSTEM
from app.data import accounts
from app.imports.files import Files
from app.imports.reports import Report
from app.imports.running import Runner
from app.office import Office

ROLES = ("purchasing_manager", "product_manager", "warehouse_manager")
ORDERS = """\
import: test_orders
title: {en: Orders, zh: 订单}
source:
  file: orders.csv
  dates: DD.MM.YYYY
  columns: [No, Supplier, Ordered, Product, Quantity, Price, Status]
skip:
  - {when: Status == 'void', because: {en: Void, zh: 作废}}
reject:
  - {when: number(Price) < 0, because: {en: A negative price, zh: 单价为负}}
into:
  - form: purchase_order
    key: [order_no]
    group_by: No
    stage: {from: Status, map: {done: completed, open: ordered}}
    fields:
      supplier: {find: supplier, by: {supplier_no: Supplier}}
      warehouse: {find: warehouse, by: {code: "'MAIN'"}}
      ordered_on: Ordered
      order_no: No
    tables:
      lines:
        product: {find: product, by: {code: Product}}
        quantity: Quantity
        unit_price: Price
totals:
  - {check: read == imported + skipped + rejected, message: {en: It differs., zh: 不一致。}}
"""
RECEIPTS = """\
import: test_receipts
title: {en: Receipts, zh: 收货}
source:
  file: orders.csv
  dates: DD.MM.YYYY
  columns: [No, Ordered, Product, Quantity]
into:
  - form: goods_receipt
    key: [purchase_order, received_on]
    group_by: No
    stage: posted
    fields:
      purchase_order: {find: purchase_order, by: {order_no: No}}
      warehouse: {find: warehouse, by: {code: "'MAIN'"}}
      received_on: Ordered
    tables:
      lines:
        order_line_no: line_no
        product: {find: product, by: {code: Product}}
        quantity: Quantity
        unit_price: "1"
"""
GOODS = """\
import: test_goods
title: {en: Goods, zh: 商品}
source:
  file: goods.csv
  columns: [Code, Name, Unit]
into:
  - form: product
    key: [code]
    stage: on_sale
    fields:
      code: Code
      name: Name
      category: {find: category, by: {code: "'C1'"}, if_missing: create, create: {name: "'Parts'", kind: general}}
      unit: {find: unit, by: {code: Unit}, if_missing: create, create: {name: Unit}}
"""
HEADER = "No,Supplier,Ordered,Product,Quantity,Price,Status"
GOOD = (
    "1,V1,15.04.2022,AR-1,3,1.50,done",
    "1,V1,15.04.2022,AR-2,2,10.005,done",
    "2,V1,16.04.2022,AR-1,7,1.50,open",
    "3,V1,17.04.2022,AR-2,1,2,done",
)


@cache
def mapping(text: str) -> ImportSpec:
    """The import that a text means, read with all forms of the product."""
    name = text.split("\n", 1)[0].split(": ")[1]
    sources = Sources(CHECKOUT, None, texts={f"examples/test/{name}.yaml": text})
    return load_catalogue(sources).imports[name]


def a_file(*rows: str, name: str = "orders.csv", header: str = HEADER) -> Mapping[str, bytes]:
    """The contents of one CSV file."""
    return {name: "\n".join((header, *rows, "")).encode()}


def an_importer(office: Office) -> Office:
    """An office with a warehouse, two products and one supplier, as somebody who may import."""
    with office.repository.transaction(SYSTEM, door="test") as tx:
        accounts.create_account(tx, "importer", title="Ida", password="not-a-secret", roles=ROLES)
    importer = office.as_user("importer")
    importer.create("warehouse", {"code": "MAIN", "name": "Main"})
    importer.create("supplier", {"name": "First vendor", "supplier_no": "V1"})
    goods = a_file("AR-1,Ball,EA", "AR-2,Race,EA", name="goods.csv", header="Code,Name,Unit")
    assert brought(importer, GOODS, goods).imported == 2
    return importer


def brought(office: Office, text: str, contents: Mapping[str, bytes], *, dry: bool = False) -> Report:
    """The report of an import of these contents by this person."""
    spec = mapping(text)
    return Runner(office.repository, office.actor, spec, files=Files(contents=contents), dry=dry).run()
