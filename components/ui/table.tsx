import clsx from "clsx";
import { ArrowDown, ArrowUp, ArrowUpDown } from "lucide-react";
import NextLink from "next/link";
import type { ReactNode } from "react";
import { PageCheck, RowCheck } from "./selection";
import { TableKeys } from "./table-keys";
import { columnsOf, type TableView, usualView } from "./table-view";

export type Sorted = "ascending" | "descending" | "none";

export type Column<T> = Readonly<{
  key: string;
  header: string;
  /** The header is for screen readers alone: what is below says it itself, as a button does. */
  headerHidden?: boolean | undefined;
  /**
   * Plain content. With a `rowHref`, the first column becomes the row's link, so it can't contain
   * links or buttons.
   */
  cell: (row: T) => ReactNode;
  align?: "start" | "end" | undefined;
  /**
   * grow takes the remaining width · fit is as wide as its content, which is bounded: a badge, a
   * time, a number, a button · otherwise at most a part of the table's width and 16 rem. Text that
   * doesn't fit is truncated.
   */
  width?: "grow" | "fit" | undefined;
  /**
   * Hides the column in windows narrower than this. lg is 1184 px: from 1024 px on, the sidebar
   * takes more room than the rail, so the table is as wide as before only there.
   */
  hideBelow?: "sm" | "md" | "lg" | "xl" | "2xl" | undefined;
  /** Shown only to those who choose it; see TableView. */
  extra?: boolean | undefined;
  /** The URL of the list sorted by this column, in the other direction. */
  sortHref?: string | undefined;
  sorted?: Sorted | undefined;
}>;

export type DataTableProps<T> = Readonly<{
  caption: string;
  columns: readonly Column<T>[];
  rows: readonly T[];
  rowKey: (row: T) => string;
  rowHref?: ((row: T) => string) | undefined;
  /**
   * The row in words. With it, rows can be selected: the table is inside a SelectionProvider whose
   * keys are those of the rows.
   */
  selectLabel?: ((row: T) => string) | undefined;
  /** Shown when there are no rows. */
  empty?: ReactNode;
  /** Without a frame: inside a Card with flush padding. */
  bare?: boolean | undefined;
  view?: TableView | undefined;
}>;

const hiding = {
  sm: "max-sm:hidden",
  md: "max-md:hidden",
  lg: "max-[74rem]:hidden",
  xl: "max-xl:hidden",
  "2xl": "max-2xl:hidden",
} as const;
/** The most width of a column, relative to the table, by how many columns share what is left. */
const limits = [
  "max-w-[clamp(7rem,26cqw,16rem)]",
  "max-w-[clamp(6rem,15cqw,16rem)]",
  "max-w-[clamp(6rem,12cqw,16rem)]",
] as const;
const limitOf = <T,>(columns: readonly Column<T>[]): string => {
  const sharing = columns.filter(({ width }) => width === undefined).length;
  return limits[Math.min(sharing, limits.length) - 1] ?? limits[0];
};
const layoutOf = <T,>(column: Column<T>) =>
  clsx(
    column.align === "end" && "text-right",
    column.width === "grow" && "table-grow",
    column.width === "fit" && "w-px whitespace-nowrap",
    column.hideBelow && hiding[column.hideBelow],
  );

/**
 * A table. The head stays visible, a click anywhere opens the row, arrow keys move between rows,
 * Enter opens one.
 */
export function DataTable<T>({
  caption,
  columns: allColumns,
  rows,
  rowKey,
  rowHref,
  selectLabel,
  empty,
  bare,
  view = usualView,
}: DataTableProps<T>) {
  const columns = columnsOf(allColumns, view);
  const limit = limitOf(columns);
  if (rows.length === 0 && empty !== undefined)
    return (
      <div className={clsx(!bare && "rounded-lg border border-border bg-raised shadow-card")}>
        {empty}
      </div>
    );
  return (
    <TableKeys label={caption} framed={!bare} scrolls={view.columns !== null}>
      <table
        data-density={view.density}
        className="group/table w-full border-separate border-spacing-0 text-sm"
      >
        <caption className="sr-only">{caption}</caption>
        <thead>
          <tr>
            {selectLabel && (
              <th scope="col" className={clsx(headStyle, checkStyle)}>
                <PageCheck />
              </th>
            )}
            {columns.map((column) => (
              <HeadCell key={column.key} column={column} />
            ))}
          </tr>
        </thead>
        <tbody>
          {rows.map((row) => (
            <tr key={rowKey(row)} className={clsx("group relative", rowHref && "table-row-link")}>
              {selectLabel && (
                <td className={clsx(cellStyle, checkStyle)}>
                  <RowCheck id={rowKey(row)} label={selectLabel(row)} />
                </td>
              )}
              {columns.map((column, index) => (
                <Cell
                  key={column.key}
                  column={column}
                  row={row}
                  href={index === 0 ? rowHref?.(row) : undefined}
                  limit={limit}
                />
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </TableKeys>
  );
}

const headStyle = "table-head";
const cellStyle = "table-data";
const checkStyle = "w-px pr-0";

function HeadCell<T>({ column }: Readonly<{ column: Column<T> }>) {
  const { header, headerHidden, sortHref, sorted } = column;
  const Icon = sorted === "ascending" ? ArrowUp : sorted === "descending" ? ArrowDown : ArrowUpDown;
  return (
    <th
      scope="col"
      aria-sort={sortHref ? (sorted ?? "none") : undefined}
      className={clsx(headStyle, layoutOf(column))}
    >
      {sortHref ? (
        <NextLink
          href={sortHref}
          prefetch={false}
          scroll={false}
          className={clsx(
            "inline-flex items-center gap-1 rounded-sm hover:text-text",
            sorted && sorted !== "none" && "text-text",
          )}
        >
          {header}
          <Icon
            aria-hidden
            className={clsx("size-3", !(sorted && sorted !== "none") && "opacity-50")}
          />
        </NextLink>
      ) : (
        <span className={clsx(headerHidden && "sr-only")}>{header}</span>
      )}
    </th>
  );
}

function Cell<T>({
  column,
  row,
  href,
  limit,
}: Readonly<{ column: Column<T>; row: T; href: string | undefined; limit: string }>) {
  const content = column.cell(row);
  return (
    <td className={clsx(cellStyle, layoutOf(column))}>
      {href === undefined ? (
        <CellContent width={column.width} limit={limit}>
          {content}
        </CellContent>
      ) : (
        <NextLink
          href={href}
          prefetch={false}
          data-row-link
          className={clsx(
            "table-link",
            column.width !== "fit" && "block truncate",
            column.width === undefined && limit,
          )}
        >
          {content}
        </NextLink>
      )}
    </td>
  );
}

function CellContent({
  width,
  limit,
  children,
}: Readonly<{ width: Column<never>["width"]; limit: string; children: ReactNode }>) {
  if (width === "fit") return children;
  return (
    <div
      className={clsx("table-cut", width === undefined && limit)}
      title={typeof children === "string" ? children : undefined}
    >
      {children}
    </div>
  );
}
