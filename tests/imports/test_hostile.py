"""Files that mean harm, or are broken, are refused with a reason; what they say stays text."""

from __future__ import annotations

import gzip
import io
import zipfile

import pytest

from app.imports import files
from app.imports.errors import FileMissing, FileTooLarge, FileUnreadable
from app.imports.files import Files
from app.office import Office
from tests.imports.mappings import GOOD, GOODS, HEADER, ORDERS, a_file, brought

CODES = "Code,Name,Unit"


def test_a_formula_is_harmless_text(importer: Office) -> None:
    formula = '=HYPERLINK("http://evil/","x")'
    row = f'AR-8,"{formula.replace(chr(34), chr(34) * 2)}",EA'
    assert brought(importer, GOODS, a_file(row, name="goods.csv", header=CODES)).imported == 1
    assert importer.get("product", "AR-8")["name"] == formula


def test_a_sign_that_no_database_keeps_is_told_at_its_row(importer: Office) -> None:
    report = brought(importer, GOODS, a_file("AR-8,a\x00b,EA", name="goods.csv", header=CODES))
    (told,) = report.rejections
    assert (told.row, told.column, told.words.zh) == (2, "Name", "文本含有无法保存的字符。")


@pytest.mark.parametrize(
    "number", ["9" * 5000, "1e999999999", "-1e999999999", "1e-999999999", "NaN", "Infinity", "0x10"]
)
def test_a_monstrous_number_is_told_and_not_computed(importer: Office, number: str) -> None:
    report = brought(importer, ORDERS, a_file(f"9,V1,15.04.2022,AR-1,{number},1,done"))
    assert (report.imported, report.rejected, report.rejections[0].column) == (0, 1, "Quantity")
    assert len(report.rejections[0].words.en) <= 300


def test_a_file_in_another_encoding_is_refused_with_the_row(importer: Office) -> None:
    contents = {"orders.csv": "\n".join((HEADER, *GOOD, "5,Müller,15.04.2022,AR-1,1,1,done")).encode("latin-1")}
    with pytest.raises(FileUnreadable, match="row 6 is not written in utf-8"):
        brought(importer, ORDERS, contents)


def test_a_cell_of_many_megabytes_is_refused(importer: Office) -> None:
    with pytest.raises(FileUnreadable, match="field larger than field limit"):
        brought(importer, ORDERS, a_file(f"9,{'x' * 200_000},15.04.2022,AR-1,1,1,done"))


def test_a_packed_bomb_is_refused_before_it_is_unpacked(importer: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(files, "LARGEST_WORKBOOK", 1000)
    monkeypatch.setattr(files, "LARGEST_CONTENT", 1000)
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as packed:
        packed.writestr("xl/worksheets/sheet1.xml", b"0" * 100_000)
    with pytest.raises(FileTooLarge):
        importer.import_preview("supplier", ("suppliers.xlsx", stream.getvalue()))
    with pytest.raises(FileTooLarge):
        importer.import_preview("supplier", ("suppliers.csv.gz", gzip.compress(b"0" * 100_000)))


@pytest.mark.parametrize("content", [b"", b"PK\x03\x04broken", b"\xd0\xcf\x11\xe0nothing"])
def test_a_broken_workbook_is_refused(importer: Office, content: bytes) -> None:
    with pytest.raises(FileUnreadable, match=r"orders\.xlsx"):
        importer.import_preview("supplier", ("orders.xlsx", content))


def test_a_missing_file_is_named(importer: Office) -> None:
    with pytest.raises(FileMissing, match=r"no file orders\.csv"):
        brought(importer, ORDERS, {})


def test_no_file_is_found_outside_its_folder(tmp_path: object) -> None:
    with pytest.raises(FileMissing):
        Files(tmp_path).find("../secret_key")  # type: ignore[arg-type]
