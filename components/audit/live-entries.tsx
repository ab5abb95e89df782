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
  /** The URL of the event stream, with the filters of this list. */
  address: string;
  /** How many entries are indexed, and the size of the log. */
  indexedTo: number;
  size: number;
  /** Why live updates are disabled: another page, or another order. */
  blockedBy?: string | undefined;
}>;

/** The most rows shown; older ones are removed from the list. */
const maxRows = 500;

const stateLabels: Readonly<Record<TailState, string>> = {
  off: "",
  connecting: "Connecting…",
  live: "Live. New entries appear automatically.",
  lost: "Connection lost. Reconnecting without missing entries.",
  ended: "Your session has ended. Sign in again to see new entries.",
};

/**
 * The list, with the entries that are added while it is open. While the user reads the list, new
 * rows wait behind a count, so that nothing moves.
 */
export function LiveEntries({ items, empty, address, indexedTo, size, blockedBy }: Props) {
  const [on, setOn] = useState(false);
  const [rows, setRows] = useState<
    Readonly<{
      of: readonly EntrySummary[];
      shown: readonly EntrySummary[];
      waiting: readonly EntrySummary[];
    }>
  >({ of: items, shown: items, waiting: [] });
  // The server rendered a new list: start from it.
  if (rows.of !== items) setRows({ of: items, shown: items, waiting: [] });
  const box = useRef<HTMLDivElement>(null);
  const add = useCallback((entry: EntrySummary) => {
    const reading = isBeingRead(box.current);
    setRows(({ of, shown, waiting }) => {
      if (
        shown.some(({ seq }) => seq === entry.seq) ||
        waiting.some(({ seq }) => seq === entry.seq)
      )
        return { of, shown, waiting };
      return reading
        ? { of, shown, waiting: [entry, ...waiting] }
        : { of, shown: [entry, ...waiting, ...shown].slice(0, maxRows), waiting: [] };
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
      shown: [...waiting, ...shown].slice(0, maxRows),
      waiting: [],
    }));
    window.scrollTo({ top: 0 });
  };
  return (
    <div ref={box}>
      <div className="flex min-h-8 flex-wrap items-center justify-between gap-x-4 pb-2 text-xs text-muted">
        <span>
          {indexedTo < size
            ? `${formatCount(indexedTo)} of ${formatCount(size)} entries indexed. The rest follows in a moment.`
            : `${formatCount(indexedTo)} of ${formatCount(size)} entries indexed.`}
        </span>
        <span className="flex items-center gap-3">
          <span
            role="status"
            className={state === "lost" || state === "ended" ? "text-expiring" : undefined}
          >
            {stateLabels[state]}
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
      {/* Zero height, so that nothing moves when it appears. */}
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

/** True while the user reads the list: scrolled, pointing at it, or with the focus in it. */
function isBeingRead(box: HTMLElement | null): boolean {
  const table = box?.querySelector("table");
  return (
    window.scrollY > 80 ||
    table?.matches(":hover") === true ||
    table?.contains(document.activeElement) === true
  );
}
