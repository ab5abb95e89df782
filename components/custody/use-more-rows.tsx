"use client";

import { useState } from "react";
import { formatCount } from "@/lib/format/count";

/**
 * The first rows of a long list, and a button for the footer that shows the rest; null if all are
 * shown.
 */
export function useMoreRows<T>(rows: readonly T[], first: number) {
  const [all, setAll] = useState(false);
  const shown = all ? rows : rows.slice(0, first),
    more = rows.length - shown.length;
  return {
    shown,
    more:
      more > 0 ? (
        <button
          type="button"
          className="rounded-sm font-medium text-accent hover:underline"
          onClick={() => {
            setAll(true);
          }}
        >
          Show {formatCount(more)} more
        </button>
      ) : null,
  };
}
