"""Header and detail in two files: one document, and each fault told at the file that it stands in."""

from __future__ import annotations

from decimal import Decimal

from app.office import Office
from tests.imports.mappings import a_file, brought

VENDORS = """\
import: test_vendors
title: {en: Vendors, zh: 供应商}
source:
  file: vendors.csv
  columns: [Id, Account, Name]
  join:
    - {file: prices.csv, by: {Id: Vendor}, columns: {Item: Product, Price: Price}}
into:
  - form: supplier
    key: [supplier_no]
    group_by: Id
    stage: approved
    fields:
      supplier_no: Account
      name: Name
    tables:
      prices:
        product: {find: product, by: {code: Item}}
        unit_price: Price
"""


def files(*prices: str) -> dict[str, bytes]:
    vendors = a_file("1,W1,One", "2,W2,Two", name="vendors.csv", header="Id,Account,Name")
    return {**vendors, **a_file(*prices, name="prices.csv", header="Vendor,Product,Price")}


def test_detail_rows_become_lines_and_a_header_without_any_has_none(importer: Office) -> None:
    report = brought(importer, VENDORS, files("1,AR-1,.25", "1,AR-2,3"))
    assert (report.read, report.imported, report.documents["supplier"]["made"]) == (3, 3, 2)
    one, two = (importer.list("supplier", filters=[("supplier_no", "eq", no)]).rows[0]["number"] for no in ("W1", "W2"))
    prices = [(line["product"].number, line["unit_price"]) for line in importer.get("supplier", one)["prices"]]
    assert prices == [("AR-1", Decimal("0.25")), ("AR-2", Decimal(3))]
    assert importer.get("supplier", two)["prices"] == []


def test_a_fault_in_the_second_file_is_told_there(importer: Office) -> None:
    report = brought(importer, VENDORS, files("2,AR-1,1", "1,AR-1,dear"))
    told = report.rejections[0]
    assert (told.file, told.row, told.column, told.value) == ("prices.csv", 3, "Price", "dear")
    assert (report.imported, report.rejected) == (1, 1)
