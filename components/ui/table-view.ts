/** How someone wants to see a table. */
export type TableView = Readonly<{
  /** Which columns besides the first, by key; null for the usual ones. */
  columns: readonly string[] | null;
  density: "comfortable" | "compact";
  /** Rows on a page. */
  limit: number;
}>;

export const pageSizes = [25, 50, 100, 200] as const;
export const usualView: TableView = { columns: null, density: "comfortable", limit: 50 };

/** The cookie that remembers the view of a table in this browser. It holds no secret. */
export const tableViewCookie = (table: string): string => `chancery-table-${table}`;

/** As a cookie: "state.notAfter|compact|100"; the first part is `*` for the usual columns. */
export const writeTableView = ({ columns, density, limit }: TableView): string =>
  [columns === null ? "*" : columns.join("."), density, limit].join("|");

/** The view in a cookie; what makes no sense in it is as usual. */
export function readTableView(text: string | undefined): TableView {
  if (text === undefined) return usualView;
  const [columns = "*", density, limit] = text.split("|");
  return {
    columns: columns === "*" ? null : columns.split(".").filter((key) => /^\w{1,32}$/.test(key)),
    density: density === "compact" ? "compact" : "comfortable",
    limit: pageSizes.find((size) => String(size) === limit) ?? usualView.limit,
  };
}

/** What of a column decides whether it is shown. */
type AnyColumn = Readonly<{
  key: string;
  header: string;
  headerHidden?: boolean | undefined;
  extra?: boolean | undefined;
  hideBelow?: string | undefined;
}>;
export type ColumnChoice = Readonly<{ key: string; header: string; usual: boolean }>;

/** The columns that can be shown or not: all but the first, which names the row, and buttons. */
export const choicesOf = (columns: readonly AnyColumn[]): ColumnChoice[] =>
  columns
    .slice(1)
    .filter(({ headerHidden }) => headerHidden !== true)
    .map(({ key, header, extra }) => ({ key, header, usual: extra !== true }));

/**
 * The columns of a view, in the table's order. Those that were chosen are shown in any window, and
 * the table scrolls sideways; the usual ones give way in narrow windows.
 */
export function columnsOf<C extends AnyColumn>(columns: readonly C[], view: TableView): C[] {
  const { columns: chosen } = view;
  if (chosen === null) return columns.filter(({ extra }) => extra !== true);
  return columns
    .filter(
      ({ key, headerHidden }, place) =>
        place === 0 || headerHidden === true || chosen.includes(key),
    )
    .map((column) => (chosen.includes(column.key) ? { ...column, hideBelow: undefined } : column));
}
