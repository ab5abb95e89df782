"use client";

import { X } from "lucide-react";
import { createContext, use, useCallback, useMemo, useRef, useState, type ReactNode } from "react";
import { formatCount } from "@/lib/format/count";
import { Button, IconButton } from "./button";
import { CheckboxMark } from "./checkbox";

/** What is selected: rows by key, or everything that the list's filters match. */
export type Selected =
  | Readonly<{ kind: "rows"; keys: readonly string[] }>
  | Readonly<{ kind: "all"; count: number }>;

type Selection = Readonly<{
  keys: ReadonlySet<string>;
  isAll: boolean;
  pageKeys: readonly string[];
  total: number;
  /** Makes a row the one that was changed last; returns the one before. */
  moveAnchor: (key: string) => string | null;
  change: (keys: readonly string[], selected: boolean) => void;
  selectAll: () => void;
  clear: () => void;
}>;

const nothing: Selection = {
  keys: new Set(),
  isAll: false,
  pageKeys: [],
  total: 0,
  moveAnchor: () => null,
  change: () => undefined,
  selectAll: () => undefined,
  clear: () => undefined,
};
const SelectionContext = createContext<Selection>(nothing);

type ProviderProps = Readonly<{
  /** The keys of the rows on this page, from top to bottom. */
  pageKeys: readonly string[];
  /** How many rows the list's filters match, on all pages. */
  total: number;
  children: ReactNode;
}>;

/**
 * Remembers which rows of the table inside are selected, over all pages of its list. Give it the
 * list's filters as its React key, so that other filters begin without a selection.
 */
export function SelectionProvider({ pageKeys, total, children }: ProviderProps) {
  const [keys, setKeys] = useState<ReadonlySet<string>>(new Set());
  const [isAll, setIsAll] = useState(false);
  const anchor = useRef<string | null>(null);
  const moveAnchor = useCallback((key: string) => {
    const before = anchor.current;
    anchor.current = key;
    return before;
  }, []);
  const change = useCallback((changed: readonly string[], selected: boolean) => {
    setIsAll(false);
    setKeys((old) => {
      const next = new Set(old);
      for (const key of changed)
        if (selected) next.add(key);
        else next.delete(key);
      return next;
    });
  }, []);
  const selection = useMemo(
    () => ({
      keys,
      isAll,
      pageKeys,
      total,
      moveAnchor,
      change,
      selectAll: () => {
        setIsAll(true);
      },
      clear: () => {
        setIsAll(false);
        setKeys(new Set());
      },
    }),
    [keys, isAll, pageKeys, total, moveAnchor, change],
  );
  return <SelectionContext value={selection}>{children}</SelectionContext>;
}

/** What is selected, null for nothing; and how to clear it once the action is done. */
export function useSelection(): Readonly<{ selected: Selected | null; clear: () => void }> {
  const { keys, isAll, total, clear } = use(SelectionContext);
  if (isAll) return { selected: { kind: "all", count: total }, clear };
  return { selected: keys.size === 0 ? null : { kind: "rows", keys: [...keys] }, clear };
}

/** The rows of the page from one to the other, both included. */
function rangeOf(pageKeys: readonly string[], from: string | null, to: string): readonly string[] {
  const first = from === null ? -1 : pageKeys.indexOf(from);
  const last = pageKeys.indexOf(to);
  if (first < 0 || last < 0) return [to];
  return pageKeys.slice(Math.min(first, last), Math.max(first, last) + 1);
}

// The label is larger than its mark, so that a thumb finds it.
const target = "relative z-1 -m-1.5 flex cursor-pointer p-1.5";

/**
 * The checkbox of one row. With Shift it does the same to all rows since the one that was changed
 * last; the table's key x clicks it.
 */
export function RowCheck({ id, label }: Readonly<{ id: string; label: string }>) {
  const { keys, isAll, pageKeys, moveAnchor, change } = use(SelectionContext);
  const checked = isAll || keys.has(id);
  return (
    <label className={target}>
      <CheckboxMark
        data-row-check
        checked={checked}
        onChange={(event) => {
          const { shiftKey } = event.nativeEvent as MouseEvent;
          const before = moveAnchor(id);
          const changed = shiftKey === true ? rangeOf(pageKeys, before, id) : [id];
          // One row less than all: those of this page are what can be seen to be left.
          if (isAll) change(pageKeys, true);
          change(changed, !checked);
        }}
      />
      <span className="sr-only">Select {label}</span>
    </label>
  );
}

/** The checkbox in the head: all rows of this page. */
export function PageCheck() {
  const name = "Select all rows on this page";
  const { keys, isAll, pageKeys, change } = use(SelectionContext);
  const count = isAll ? pageKeys.length : pageKeys.filter((key) => keys.has(key)).length;
  return (
    <label className={target}>
      <CheckboxMark
        checked={count > 0 && count === pageKeys.length}
        onChange={() => {
          change(pageKeys, count < pageKeys.length);
        }}
        ref={(box) => {
          if (box) box.indeterminate = count > 0 && count < pageKeys.length;
        }}
      />
      <span className="sr-only">{name}</span>
    </label>
  );
}

type BarProps = Readonly<{
  /** The most rows that one action takes; "all that match" isn't offered beyond it. */
  limit: number;
  /** The actions. */
  children: ReactNode;
}>;

/**
 * The bar at the bottom while rows are selected: how many, and what can be done with them. Once all
 * rows of a page are selected it offers those of the other pages too.
 */
export function SelectionBar({ limit, children }: BarProps) {
  const { keys, isAll, pageKeys, total, selectAll, clear } = use(SelectionContext);
  if (!isAll && keys.size === 0) return null;
  const offersAll =
    !isAll && total > keys.size && total <= limit && pageKeys.every((key) => keys.has(key));
  return (
    <section
      aria-label="Selected rows"
      className="sticky bottom-4 z-3 mx-auto mt-4 flex w-fit max-w-full flex-wrap items-center gap-2 rounded-lg border border-border bg-raised py-1.5 pr-1.5 pl-4 text-sm shadow-pop enter-rise"
    >
      <span role="status" className="font-medium">
        {isAll ? `All ${formatCount(total)} that match` : `${formatCount(keys.size)} selected`}
      </span>
      {offersAll && (
        <Button size="sm" variant="ghost" onClick={selectAll}>
          Select all {formatCount(total)} that match
        </Button>
      )}
      {children}
      <IconButton label="Clear selection" size="sm" icon={<X aria-hidden />} onClick={clear} />
    </section>
  );
}
