// The list of one form: rows come block by block over REST, already formatted by the server; this file only draws and moves.
import { useCallback, useEffect, useMemo, useRef, useState } from "react";
import { useNavigate } from "react-router";
import { AgGridReact } from "ag-grid-react";
import {
  CellStyleModule, ColumnApiModule, InfiniteRowModelModule, ModuleRegistry, RowApiModule, RowSelectionModule, ScrollApiModule, themeQuartz,
} from "ag-grid-community";
import { Icon, StageChip } from "./icons.jsx";
import { useKeys } from "./hotkeys.jsx";
import { CardList } from "./cards.jsx";
import { Empty, StatusBar, fetchBlock, useNarrow } from "./rows.jsx";

ModuleRegistry.registerModules([CellStyleModule, ColumnApiModule, InfiniteRowModelModule, RowApiModule, RowSelectionModule, ScrollApiModule]);

const BLOCK = 100;
const HEIGHTS = { compact: 32, normal: 38, roomy: 46 };
const theme = themeQuartz.withParams({
  fontFamily: "inherit", fontSize: 13, headerFontSize: 12, headerFontWeight: 400, accentColor: "var(--indigo-9)", backgroundColor: "var(--card)",
  foregroundColor: "var(--slate-12)", borderColor: "var(--slate-5)", headerBackgroundColor: "var(--slate-2)", headerTextColor: "var(--slate-11)",
  rowHoverColor: "var(--slate-2)", selectedRowBackgroundColor: "var(--indigo-3)", wrapperBorder: false, columnBorder: false, headerColumnBorder: false, headerColumnResizeHandleColor: "transparent",
  cellHorizontalPadding: 10, checkboxUncheckedBorderColor: "var(--slate-9)", checkboxBorderRadius: 4, browserColorScheme: "inherit",
});

const plain = (event) => event.button === 0 && !(event.metaKey || event.ctrlKey || event.shiftKey || event.altKey);

function Cell({ data, value, colDef, context, node }) {
  const go = (event) => { if (plain(event)) { event.preventDefault(); context.go(event.currentTarget.getAttribute("href"), node.rowIndex); } };
  if (!data) return <span className="bar" />;
  const kind = colDef.cellRendererParams.kind;
  if (value === undefined || value === null || value === "") return <span className="quiet">—</span>;
  if (value.hidden) return <span className="quiet cut" title={value.text}><Icon name="eye-off" size={14} /> {value.text}</span>;
  if (kind === "stage") return <StageChip word={value.text} colour={value.colour} icon={value.icon} />;
  if (kind === "choice") return <span className="tag">{value}</span>;
  if (kind === "number") return <a className="number-link cut" href={data.href} tabIndex={-1} onClick={go}>{value}</a>;
  if (value.href) return <a className="cut" href={value.href} tabIndex={-1} title={value.text} onClick={go}>{value.text}</a>;
  if (value.alarm) return <span className="red-word cut">{value.text}</span>;
  return <span className="cut" title={value}>{value}</span>;
}

function Head({ displayName, sort, field, right, onSort }) {
  const turn = () => onSort(sort === "down" ? field : `-${field}`);
  const body = <>{displayName}{sort ? <Icon name={sort === "down" ? "arrow-down" : "arrow-up"} size={12} /> : null}</>;
  const style = { all: "unset", cursor: onSort ? "pointer" : "default", width: "100%", textAlign: right ? "right" : "left", outline: "revert" };
  if (!onSort) return <span style={style}>{displayName}</span>;
  return <button type="button" style={style} onClick={turn}>{displayName}{sort ? (sort === "down" ? " ↓" : " ↑") : ""}</button>;
}

const ours = ({ event }) => event.key === " ";      // Space peeks; the grid would select with it

function columnOf(column, sort, onSort) {
  const right = column.align === "right";
  const sorted = sort === column.field ? "up" : sort === `-${column.field}` ? "down" : "";
  return {
    colId: column.field, headerName: column.title, valueGetter: (row) => row.data && row.data.cells[column.field], cellRenderer: Cell,
    cellRendererParams: { kind: column.kind }, cellClass: [right ? "right" : "", column.kind === "amount" ? "amount" : ""].filter(Boolean),
    headerComponent: Head, headerComponentParams: { sort: sorted, field: column.field, right, onSort: column.sortable ? onSort : null },
    minWidth: column.width, flex: column.grow || undefined, width: column.width, suppressHeaderMenuButton: true, sortable: false, resizable: true, suppressKeyboardEvent: ours,
  };
}

function SelectAll({ api }) {
  const [on, setOn] = useState(false);
  const turn = (event) => {
    setOn(event.target.checked);
    api.forEachNode((node) => node.data && node.setSelected(event.target.checked));
  };
  return <input type="checkbox" checked={on} onChange={turn} aria-label="select" style={{ width: 16, height: 16, margin: 0, accentColor: "var(--indigo-9)" }} />;
}

function useSource(source, setFirst, setProblem) {
  return useMemo(() => {
    const cursors = { 0: "" };
    return {
      getRows: async (wanted) => {
        try {
          const block = await fetchBlock(source, cursors[wanted.startRow] || "", BLOCK);
          if (wanted.startRow === 0) setFirst(block);
          if (block.next) cursors[wanted.endRow] = block.next;
          setProblem("");
          wanted.successCallback(block.rows, block.next ? -1 : wanted.startRow + block.rows.length);
        } catch (error) {
          setProblem(error.message || " ");
          wanted.failCallback();
        }
      },
    };
  }, [source]);
}

function useRoom(box) {
  const [room, setRoom] = useState(480);
  useEffect(() => {
    const measure = () => box.current && setRoom(Math.max(220, window.innerHeight - box.current.getBoundingClientRect().top - window.scrollY - 56));
    measure();
    const later = setTimeout(measure, 300);
    window.addEventListener("resize", measure);
    return () => { clearTimeout(later); window.removeEventListener("resize", measure); };
  }, []);
  return room;
}

const LETTERS = ["j", "k", "x", "shift+x", "enter", "o", "/", "arrowdown", "arrowup", " ", "escape"];

function useMoves(grid, open, at, onPeek) {
  const peeking = useRef("");
  const anchor = useRef(-1);
  const move = (step) => {
    const api = grid.current && grid.current.api;
    if (!api) return;
    const row = Math.max(0, Math.min(api.getDisplayedRowCount() - 1, at.current + step));
    at.current = row;
    api.ensureIndexVisible(row);
    api.setFocusedCell(row, api.getAllDisplayedColumns()[1]);
    if (peeking.current) peek();
  };
  const here = () => grid.current && grid.current.api && grid.current.api.getDisplayedRowAtIndex(at.current);
  const shut = () => { if (peeking.current) { peeking.current = ""; onPeek(""); } };
  const peek = () => { const row = here(); if (row && row.data && onPeek) { peeking.current = row.data.number; onPeek(row.data.number); } };
  const range = () => {
    if (!grid.current || at.current < 0) return;
    const [first, last] = [anchor.current < 0 ? at.current : anchor.current, at.current].sort((a, b) => a - b);
    grid.current.api.forEachNode((node) => node.data && node.rowIndex >= first && node.rowIndex <= last && node.setSelected(true));
  };
  const acts = {
    j: () => move(1), k: () => move(-1), arrowdown: () => move(1), arrowup: () => move(-1),
    x: () => { if (here()) { here().setSelected(!here().isSelected()); anchor.current = at.current; } },
    "shift+x": () => range(),
    " ": () => (peeking.current && here() && here().data && peeking.current === here().data.number ? shut() : peek()),
    escape: () => shut(),
    enter: () => here() && here().data && open(here().data), o: () => here() && here().data && open(here().data),
    "/": () => { const box = document.getElementById("list-search"); if (box) box.focus(); },
  };
  useKeys(LETTERS, (key) => acts[key]());
}

function Desk({ source, columns, sort, density, texts, reload, onSort, onSelect, onClear, onPeek }) {
  const grid = useRef(null);
  const box = useRef(null);
  const at = useRef(-1);
  const [first, setFirst] = useState(null);
  const [problem, setProblem] = useState("");
  const navigate = useNavigate();
  const room = useRoom(box);
  const address = `${source}${source.includes("?") ? "&" : "?"}reload=${reload}`;
  const datasource = useSource(address, setFirst, setProblem);
  const definitions = useMemo(() => columns.map((one) => columnOf(one, sort, onSort)), [JSON.stringify(columns), sort]);
  const leave = useRef(null);
  leave.current = (href, row) => { at.current = row; sessionStorage.setItem("daybook-row", JSON.stringify([source, row])); navigate(href); };
  const context = useMemo(() => ({ go: (href, row) => leave.current(href, row) }), []);
  const open = useCallback((data) => leave.current(data.href, at.current), []);
  useMoves(grid, open, at, onPeek);
  const back = () => {
    const [where, row] = JSON.parse(sessionStorage.getItem("daybook-row") || "[\"\",-1]");
    if (where !== source || row < 0) return;
    at.current = row;
    grid.current.api.ensureIndexVisible(row);
    grid.current.api.setFocusedCell(row, grid.current.api.getAllDisplayedColumns()[1]);
    sessionStorage.removeItem("daybook-row");
  };
  useEffect(() => { if (first) setTimeout(back, 60); }, [first]);
  useEffect(() => { if (grid.current && grid.current.api) grid.current.api.deselectAll(); }, [source]);
  useEffect(() => {
    const letGo = () => grid.current && grid.current.api && grid.current.api.deselectAll();
    window.addEventListener("daybook-deselect", letGo);
    return () => window.removeEventListener("daybook-deselect", letGo);
  }, []);
  const chosen = (event) => onSelect && onSelect(event.api.getSelectedNodes().filter((node) => node.data).map((node) => [node.data.number, node.data.sum || ""]));
  const click = (event) => { at.current = event.rowIndex; };
  const height = HEIGHTS[density] || 38;
  const rows = first ? (first.next ? 1e6 : first.rows.length) : 12;
  const none = first && first.rows.length === 0 && !first.next;
  return <div className="list-body" ref={box}>
    {problem ? <div className="callout red" role="alert"><Icon name="circle-x" /><span>{problem.trim() || texts.load_failed}</span>
      <button className="text-button" type="button" onClick={() => grid.current.api.refreshInfiniteCache()}>{texts.try_again}</button></div> : null}
    <div className="grid-box" style={{ height: none ? 38 : Math.min(room, rows * height + 36), minHeight: none ? 38 : 120 }}>
      <AgGridReact ref={grid} theme={theme} rowModelType="infinite" datasource={datasource} columnDefs={definitions} cacheBlockSize={BLOCK}
        maxConcurrentDatasourceRequests={1} blockLoadDebounceMillis={20} rowHeight={height} headerHeight={34} ensureDomOrder={true}
        infiniteInitialRowCount={12} getRowId={(row) => row.data.number} context={context} suppressCellFocus={false} onCellClicked={click}
        onRowDoubleClicked={(event) => event.data && open(event.data)} onSelectionChanged={chosen}
        rowSelection={{ mode: "multiRow", checkboxes: true, headerCheckbox: false, enableClickSelection: false }}
        selectionColumnDef={{ width: 40, minWidth: 40, maxWidth: 40, resizable: false, headerComponent: SelectAll, suppressKeyboardEvent: ours }} />
    </div>
    {none ? <Empty kind={first.empty} texts={texts} onClear={onClear} /> : null}
    <StatusBar first={first} texts={texts} keys={true} />
  </div>;
}

export function DocumentGrid(props) {
  const narrow = useNarrow();
  if (!props.source) return null;
  return narrow ? <CardList {...props} /> : <Desk {...props} />;
}
