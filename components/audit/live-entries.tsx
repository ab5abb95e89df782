"use client";

import { ArrowUp } from "lucide-react";
import { useCallback, useRef, useState, type ReactNode } from "react";
import { Button } from "@/components/ui/button";
import { Switch } from "@/components/ui/checkbox";
import { formatCount, plural } from "@/lib/format/count";
import type { EntrySummary } from "@/lib/log/schema";
import { EntryTable } from "./entry-table";
import { useLiveTail, type TailState } from "./use-live-tail";

type Props = Readonly<{
  items: readonly EntrySummary[];
  empty: ReactNode;
  /** The stream's address with the filters of this list. */
  address: string;
  /** How far the list was searched, and the size of the log: "Indexed to N of M". */
  indexedTo: number;
  size: number;
  /** Why it cannot follow the log: another page, another order. */
  blockedBy?: string | undefined;
}>;

/** Shown at most; older rows leave the list at its end, not the log. */
const MOST_SHOWN = 500;

const words: Readonly<Record<TailState, string>> = {
  off: "",
  connecting: "Connecting.",
  live: "Listening: new entries arrive by themselves.",
  deaf: "Not hearing the log. It is tried again, and nothing will be left out.",
  ended: "Your session has ended. Sign in again to go on listening.",
};

/** The list, and what is added to the log while it is open. Nothing moves under a reader: while they read, new rows wait behind a count. */
export function LiveEntries({ items, empty, address, indexedTo, size, blockedBy }: Props) {
  const [on, setOn] = useState(false);
  const [rows, setRows] = useState<
    Readonly<{
      of: readonly EntrySummary[];
      shown: readonly EntrySummary[];
      waiting: readonly EntrySummary[];
    }>
  >({ of: items, shown: items, waiting: [] });
  // The server drew the list anew: begin from it.
  if (rows.of !== items) setRows({ of: items, shown: items, waiting: [] });
  const box = useRef<HTMLDivElement>(null);
  const add = useCallback((entry: EntrySummary) => {
    const reading = isRead(box.current);
    setRows(({ of, shown, waiting }) => {
      if (
        shown.some(({ seq }) => seq === entry.seq) ||
        waiting.some(({ seq }) => seq === entry.seq)
      )
        return { of, shown, waiting };
      return reading
        ? { of, shown, waiting: [entry, ...waiting] }
        : { of, shown: [entry, ...waiting, ...shown].slice(0, MOST_SHOWN), waiting: [] };
    });
  }, []);
  const state = useLiveTail({
    on: on && blockedBy === undefined,
    address,
    from: indexedTo,
    onEntry: add,
  });
  const showWaiting = () => {
    setRows(({ of, shown, waiting }) => ({
      of,
      shown: [...waiting, ...shown].slice(0, MOST_SHOWN),
      waiting: [],
    }));
    window.scrollTo({ top: 0 });
  };
  return (
    <div ref={box}>
      <div className="flex min-h-8 flex-wrap items-center justify-between gap-x-4 pb-2 text-xs text-muted">
        <span>
          {indexedTo < size
            ? `Indexed to ${formatCount(indexedTo)} of ${formatCount(size)}; the rest follows in a moment.`
            : `Indexed to ${formatCount(indexedTo)} of ${formatCount(size)}.`}
        </span>
        <span className="flex items-center gap-3">
          <span
            role="status"
            className={state === "deaf" || state === "ended" ? "text-expiring" : undefined}
          >
            {words[state]}
          </span>
          <span data-tip={blockedBy}>
            <Switch
              label="Live"
              checked={on}
              disabled={blockedBy !== undefined}
              onChange={(event) => {
                setOn(event.target.checked);
              }}
            />
          </span>
        </span>
      </div>
      {/* Without height of its own, so that nothing moves when it comes. */}
      <div className="sticky top-14 z-10 flex h-0 justify-center md:top-3">
        {rows.waiting.length > 0 && (
          <span className="pt-1">
            <Button
              size="sm"
              variant="primary"
              icon={<ArrowUp aria-hidden />}
              onClick={showWaiting}
            >
              {plural(rows.waiting.length, "new entry", "new entries")}
            </Button>
          </span>
        )}
      </div>
      <EntryTable items={rows.shown} empty={empty} />
    </div>
  );
}

/** Somebody reads the list: they scrolled, point at it, or walk it by keyboard. */
function isRead(box: HTMLElement | null): boolean {
  const table = box?.querySelector("table");
  return (
    window.scrollY > 80 ||
    table?.matches(":hover") === true ||
    table?.contains(document.activeElement) === true
  );
}
