import clsx from "clsx";
import { ArrowDown, ArrowUp, ArrowUpDown } from "lucide-react";
import NextLink from "next/link";
import type { ReactNode } from "react";
import { RowCheck, AllCheck } from "./selection";
import { TableKeys } from "./table-keys";

export type Sorted = "ascending" | "descending" | "none";

export type Column<T> = Readonly<{
  key: string;
  header: string;
  /** Plain content. In the first column it becomes the row's link if there is a `rowHref`, so it holds no links or buttons. */
  cell: (row: T) => ReactNode;
  align?: "start" | "end" | undefined;
  /** grow takes what is left · fit is as wide as its content · otherwise at most 16 rem. Text that does not fit is cut. */
  width?: "grow" | "fit" | undefined;
  /** Leaves the column out on windows narrower than this. */
  hideBelow?: "sm" | "md" | "lg" | "xl" | "2xl" | undefined;
  /** The address of the list sorted by this column the other way. */
  sortHref?: string | undefined;
  sorted?: Sorted | undefined;
}>;

export type DataTableProps<T> = Readonly<{
  caption: string;
  columns: readonly Column<T>[];
  rows: readonly T[];
  rowKey: (row: T) => string;
  rowHref?: ((row: T) => string) | undefined;
  /** The row in words, for the checkbox: its name. Given, rows can be selected (inside a SelectionProvider). */
  selectLabel?: ((row: T) => string) | undefined;
  /** What stands there without rows. */
  empty?: ReactNode;
  /** Inside a Card with flush padding: no frame of its own. */
  bare?: boolean | undefined;
}>;

const hiding = {
  sm: "max-sm:hidden",
  md: "max-md:hidden",
  lg: "max-lg:hidden",
  xl: "max-xl:hidden",
  "2xl": "max-2xl:hidden",
} as const;
// Cut text keeps a little room around it, so that the focus ring of what stands in the cell is not cut with it.
const cut = "overflow-clip [overflow-clip-margin:4px] text-ellipsis whitespace-nowrap";
const layoutOf = <T,>(column: Column<T>) =>
  clsx(
    column.align === "end" && "text-right",
    column.width === "grow" && "w-full max-w-0 min-w-36 sm:min-w-44",
    column.width === "fit" && "w-px whitespace-nowrap",
    column.hideBelow && hiding[column.hideBelow],
  );

/** A list. The head stays in sight, a click anywhere opens the row, arrow keys walk the rows, Enter opens. */
export function DataTable<T>({
  caption,
  columns,
  rows,
  rowKey,
  rowHref,
  selectLabel,
  empty,
  bare,
}: DataTableProps<T>) {
  if (rows.length === 0 && empty !== undefined)
    return (
      <div className={clsx(!bare && "rounded-lg border border-border bg-raised shadow-card")}>
        {empty}
      </div>
    );
  return (
    <TableKeys label={caption} framed={!bare}>
      <table className="w-full border-separate border-spacing-0 text-sm">
        <caption className="sr-only">{caption}</caption>
        <thead>
          <tr>
            {selectLabel && (
              <th scope="col" className={clsx(headStyle, "w-px pr-0")}>
                <AllCheck ids={rows.map(rowKey)} />
              </th>
            )}
            {columns.map((column) => (
              <HeadCell key={column.key} column={column} />
            ))}
          </tr>
        </thead>
        <tbody>
          {rows.map((row) => (
            <tr
              key={rowKey(row)}
              className={clsx(
                "group relative has-checked:bg-accent-soft",
                rowHref && "hover:bg-hover/60 has-[[data-row-link]:focus-visible]:bg-hover",
              )}
            >
              {selectLabel && (
                <td className={clsx(cellStyle, "relative z-1 w-px pr-0")}>
                  <RowCheck id={rowKey(row)} label={selectLabel(row)} />
                </td>
              )}
              {columns.map((column, index) => (
                <Cell
                  key={column.key}
                  column={column}
                  row={row}
                  href={index === 0 ? rowHref?.(row) : undefined}
                />
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </TableKeys>
  );
}

const headStyle =
  "lg:sticky lg:top-0 z-2 h-9 border-b border-border bg-raised px-3 first:pl-4 last:pr-4 text-left text-xs font-medium text-muted whitespace-nowrap first:rounded-tl-lg last:rounded-tr-lg";
const cellStyle =
  "h-10 border-b border-border px-3 py-1.5 first:pl-4 last:pr-4 group-last:border-b-0";

function HeadCell<T>({ column }: Readonly<{ column: Column<T> }>) {
  const { header, sortHref, sorted } = column;
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
        header
      )}
    </th>
  );
}

function Cell<T>({
  column,
  row,
  href,
}: Readonly<{ column: Column<T>; row: T; href: string | undefined }>) {
  const content = column.cell(row);
  return (
    <td className={clsx(cellStyle, layoutOf(column))}>
      {href === undefined ? (
        <div
          className={clsx(column.width !== "fit" && cut, column.width === undefined && "max-w-64")}
        >
          {content}
        </div>
      ) : (
        <NextLink
          href={href}
          prefetch={false}
          data-row-link
          className={clsx(
            "font-medium after:absolute after:inset-0 after:content-[''] focus-visible:outline-none focus-visible:after:outline-2 focus-visible:after:-outline-offset-2 focus-visible:after:outline-accent",
            column.width !== "fit" && "block truncate",
            column.width === undefined && "max-w-64",
          )}
        >
          {content}
        </NextLink>
      )}
    </td>
  );
}
