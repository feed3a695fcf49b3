"""How an import is drawn: its steps, columns beside what is wrong, the result, those that were."""

from __future__ import annotations

from typing import Any

import reflex as rx

from app.pages.components.widgets import button, callout, chip, empty, icon
from app.pages.components.work import CellBox, FileDrop
from app.pages.said import word
from app.pages.views.imports import Cell, ColumnLine, Option, RunLine, Tile, WrongRow

STEPS = ("import_step_file", "import_step_check", "import_step_import")


def steps(state: Any) -> rx.Component:
    """Give the head: what is imported into, and how far it is."""
    at = state.at
    tag = rx.el.span(icon("file-text", 13), state.file, class_name="tag provenance")
    line = [_step(place, name, at) for place, name in enumerate(STEPS)]
    return rx.el.div(
        rx.el.div(
            rx.el.div(
                rx.el.h1(state.aim.title),
                rx.cond(state.file != "", tag, rx.fragment()),
                class_name="record-title",
            ),
            class_name="words",
        ),
        rx.el.ol(*line, class_name="import-steps"),
        class_name="page-head",
    )


def _step(place: int, name: str, at: Any) -> rx.Component:
    sign = rx.cond(
        at > place,
        rx.el.span(icon("check", 13), class_name="step-sign done"),
        rx.el.span(str(place + 1), class_name=rx.cond(at == place, "step-sign now", "step-sign")),
    )
    return rx.el.li(sign, word(name), class_name=rx.cond(at == place, "import-step here", "import-step"))


def nothing_here() -> rx.Component:
    """Say that nothing can be imported here."""
    back = rx.el.a(word("imports"), href="/import", class_name="quiet-button")
    return empty(word("import_no_right"), word("no_right_text"), back, picture="lock")


def file_step(state: Any) -> rx.Component:
    """Give the box that takes a file."""
    return rx.fragment(
        rx.cond(state.problem != "", callout(state.problem), rx.fragment()),
        FileDrop.create(
            words=word("import_drop"),
            choose=word("import_choose"),
            hint=word("import_hint"),
            sending=word("import_sending"),
            refused=word("import_refused"),
            on_file=state.take,
        ),
    )


def match(state: Any) -> rx.Component:
    """Give the columns at the left, and what an import would do at the right."""
    return rx.fragment(
        rx.cond(state.problem != "", callout(state.problem), rx.fragment()),
        rx.cond(state.check.tiles.length() > 0, _tiles(state.check.tiles), rx.fragment()),
        rx.el.div(_columns(state), _check(state), class_name="import-match"),
    )


def _tiles(tiles: Any) -> rx.Component:
    return rx.el.div(rx.foreach(tiles, _tile), class_name="tiles five")


def _tile(tile: rx.Var[Tile]) -> rx.Component:
    colour = rx.match(tile.colour, ("green", "value green-word"), ("red", "value red-figure"), "value")
    return rx.el.div(
        rx.el.div(tile.label, class_name="label"), rx.el.div(tile.value, class_name=colour), class_name="card tile"
    )


def _columns(state: Any) -> rx.Component:
    return rx.el.section(
        rx.el.div(rx.el.h2(word("import_columns")), class_name="card-head"),
        rx.foreach(state.columns, lambda one: _column(state, one)),
        rx.el.div(icon("sparkles", 14), rx.el.span(word("import_guessed")), class_name="import-note second"),
        _existing(state),
        class_name="card",
    )


def _existing(state: Any) -> rx.Component:
    box = rx.el.input(type="checkbox", checked=state.updating, disabled=state.checking, on_change=state.turn_existing)
    words = rx.el.span(rx.el.b(word("import_update")), rx.el.span(word("import_update_hint"), class_name="second"))
    return rx.el.label(box, words, class_name="import-note import-existing")


def _column(state: Any, column: rx.Var[ColumnLine]) -> rx.Component:
    chosen = rx.el.select(
        rx.el.option(word("import_leave_out"), value="-"),
        rx.foreach(state.aim.targets, lambda one: _option(one)),
        value=rx.cond(column.target == "", "-", column.target),
        on_change=lambda value: state.point(column.place, value),
        aria_label=column.column,
        class_name=rx.cond(column.target == "", "box left-out", "box"),
    )
    sign = rx.cond(column.sure, rx.el.span(icon("check", 15), class_name="posted"), rx.el.span(icon("sparkles", 15)))
    return rx.el.div(
        rx.el.div(
            rx.el.div(column.column, class_name="strong cut"),
            rx.el.div(column.sample, class_name="second cut"),
        ),
        icon("arrow-right", 14),
        chosen,
        rx.cond(column.target == "", rx.el.span(), sign),
        class_name="import-column",
    )


def _option(option: rx.Var[Option]) -> rx.Component:
    return rx.el.option(option.label, value=option.value)


def _check_head(state: Any) -> rx.Component:
    check = state.check
    return rx.el.div(
        rx.el.h2(word("import_errors")),
        rx.el.span(check.rejected, class_name="amount figures"),
        rx.el.span(style={"flex": "1"}),
        rx.cond(
            check.rejected > 0,
            button(word("import_error_file"), icon_name="download", on_click=state.errors),
            rx.fragment(),
        ),
        button(
            word("import_check_again"),
            icon_name="refresh-cw",
            on_click=state.look,
            disabled=state.checking,
            class_name=rx.cond(state.stale, "quiet-button wanted", "quiet-button"),
        ),
        class_name="card-head",
    )


def _check(state: Any) -> rx.Component:
    check, head = state.check, _check_head(state)
    none = rx.el.div(icon("circle-check"), rx.el.span(word("import_no_errors")), class_name="quiet-line")
    table = rx.el.div(
        rx.el.table(
            rx.el.thead(
                rx.el.tr(
                    rx.el.th(word("import_row"), class_name="right"),
                    rx.foreach(check.heads, lambda one: rx.el.th(one)),
                    rx.el.th(word("import_wrong")),
                )
            ),
            rx.el.tbody(rx.foreach(check.rows, lambda one: _row(state, one))),
            class_name="plain-table import-errors",
        ),
        class_name="scroll-x",
    )
    waiting = rx.el.div(
        rx.el.div(rx.el.div(class_name="flow"), class_name="progress"),
        rx.el.div(word("import_checking"), class_name="second", role="status"),
        class_name="doing card-body",
    )
    known = rx.fragment(
        rx.cond(check.rows.length() > 0, table, none),
        rx.cond(check.shown != "", rx.el.div(check.shown, class_name="second import-note"), rx.fragment()),
        rx.foreach(check.notes, lambda one: rx.el.div(one, class_name="second import-note")),
    )
    return rx.el.section(
        head,
        rx.cond(state.checking, waiting, rx.cond(check.tiles.length() > 0, known, rx.fragment())),
        _foot(state),
        class_name="card import-check",
    )


def _row(state: Any, row: rx.Var[WrongRow]) -> rx.Component:
    return rx.el.tr(
        rx.el.td(row.row, class_name="right second"),
        rx.foreach(row.cells, lambda cell: _cell(state, row, cell)),
        rx.el.td(
            rx.el.div(row.words, class_name="red-word"),
            rx.el.div(row.column, " ", rx.el.q(row.value), class_name="second"),
        ),
    )


def _cell(state: Any, row: rx.Var[WrongRow], cell: rx.Var[Cell]) -> rx.Component:
    box = CellBox.create(
        key=row.row + cell.column + cell.value,
        row=row.row,
        column=cell.column,
        value=cell.value,
        label=cell.column + " " + row.row,
        on_mend=state.mend,
        on_check=state.look,
    )
    return rx.el.td(box, class_name=rx.cond(cell.wrong, "wrong-cell", rx.cond(cell.mended, "mended-cell", "plain-cell")))


def _foot(state: Any) -> rx.Component:
    changed = rx.cond(state.mended > 0, word("import_mended"), word("import_stale"))
    stale = rx.el.span(icon("history", 14), changed, class_name="amber-word")
    promise = rx.el.span(icon("undo-2", 14), word("import_promise"), class_name="second")
    ready = (state.check.ready > 0) & ~state.checking & ~state.stale
    return rx.el.div(
        rx.el.div(rx.cond(state.stale, stale, promise), rx.el.div(state.check.sum, class_name="second")),
        rx.el.span(style={"flex": "1"}),
        button(word("import_other_file"), on_click=state.again),
        button(
            rx.cond(state.check.button == "", word("import"), state.check.button),
            main=True,
            on_click=state.start,
            disabled=~ready,
        ),
        class_name="import-foot",
    )


def working(state: Any) -> rx.Component:
    """Give the progress of an import."""
    return rx.el.div(
        rx.el.div(rx.el.div(class_name="flow"), class_name="progress"),
        rx.el.div(state.doing, role="status"),
        rx.el.div(word("import_leave"), class_name="second"),
        class_name="doing",
    )


def done(state: Any) -> rx.Component:
    """Give what came of it, and the way back."""
    return rx.el.div(
        rx.cond(
            state.run > 0,
            rx.el.div(icon("circle-check"), rx.el.b(word("import_done")), class_name="callout green", role="status"),
            rx.el.div(icon("undo-2"), rx.el.b(word("import_is_undone")), class_name="callout amber", role="status"),
        ),
        rx.cond(state.run > 0, _tiles(state.result), rx.fragment()),
        rx.el.div(
            rx.el.a(state.aim.things, href=state.aim.list_href, class_name="quiet-button"),
            rx.cond(state.run > 0, button(word("undo"), icon_name="undo-2", on_click=state.undo), rx.fragment()),
            button(word("import_other_file"), icon_name="file-up", on_click=state.again),
            class_name="acts",
        ),
        class_name="import-done",
    )


def earlier(past: Any) -> rx.Component:
    """Give the imports that were."""
    names = ("import_when", "import_what", "import_file", "job_state", "import_who", "import_rows")
    heads = [rx.el.th(word(name)) for name in names]
    table = rx.el.div(
        rx.el.table(
            rx.el.thead(rx.el.tr(*heads, rx.el.th())),
            rx.el.tbody(rx.foreach(past.runs, lambda one: _run(past, one))),
            class_name="plain-table import-runs",
        ),
        class_name="scroll-x",
    )
    none = rx.el.div(word("imports_none"), class_name="card-body second")
    return rx.el.section(
        rx.el.div(rx.el.h2(word("imports_earlier")), class_name="card-head"),
        rx.cond(past.runs.length() > 0, table, none),
        class_name="card import-past",
    )


def _run(past: Any, run: rx.Var[RunLine]) -> rx.Component:
    file = rx.el.a(icon("download", 14), word("import_error_file"), href=run.csv, class_name="text-button")
    return rx.el.tr(
        rx.el.td(run.when),
        rx.el.td(rx.cond(run.href != "", rx.el.a(run.title, href=run.href), rx.el.span(run.title))),
        rx.el.td(run.file),
        rx.el.td(chip(run.chip)),
        rx.el.td(run.who),
        rx.el.td(run.counts),
        rx.el.td(
            rx.el.div(
                rx.cond(run.rejected > 0, file, rx.fragment()),
                rx.cond(
                    run.may_undo, button(word("undo"), icon_name="undo-2", on_click=past.undo(run.id)), rx.fragment()
                ),
                class_name="job-acts",
            )
        ),
    )
