"use client";

import { X } from "lucide-react";
import { createContext, use, useState, type ReactNode } from "react";
import { formatCount } from "@/lib/format/count";
import { IconButton } from "./button";
import { CheckboxMark } from "./checkbox";

type Selection = Readonly<{
  ids: ReadonlySet<string>;
  change: (ids: readonly string[], selected: boolean) => void;
  clear: () => void;
}>;
const SelectionContext = createContext<Selection>({
  ids: new Set(),
  change: () => undefined,
  clear: () => undefined,
});

/** Remembers which rows of the tables inside are selected. */
export function SelectionProvider({ children }: Readonly<{ children: ReactNode }>) {
  const [ids, setIds] = useState<ReadonlySet<string>>(new Set());
  const change = (changed: readonly string[], selected: boolean) => {
    setIds((old) => {
      const next = new Set(old);
      for (const id of changed)
        if (selected) next.add(id);
        else next.delete(id);
      return next;
    });
  };
  return (
    <SelectionContext
      value={{
        ids,
        change,
        clear: () => {
          setIds(new Set());
        },
      }}
    >
      {children}
    </SelectionContext>
  );
}

/** The selected rows' keys, for the acts in a SelectionBar. */
export function useSelection(): Selection {
  return use(SelectionContext);
}

/** The checkbox of one row. */
export function RowCheck({ id, label }: Readonly<{ id: string; label: string }>) {
  const { ids, change } = useSelection();
  return (
    <span className="flex">
      <CheckboxMark
        aria-label={`Select ${label}`}
        checked={ids.has(id)}
        onChange={(event) => {
          change([id], event.target.checked);
        }}
      />
    </span>
  );
}

/** The checkbox in the head: all rows of this page. */
export function AllCheck({ ids: all }: Readonly<{ ids: readonly string[] }>) {
  const { ids, change } = useSelection();
  const count = all.filter((id) => ids.has(id)).length;
  return (
    <span className="flex">
      <CheckboxMark
        aria-label="Select all rows of this page"
        checked={count > 0 && count === all.length}
        onChange={(event) => {
          change(all, event.target.checked);
        }}
        ref={(box) => {
          if (box) box.indeterminate = count > 0 && count < all.length;
        }}
      />
    </span>
  );
}

/** The bar that appears at the bottom while rows are selected. `children` are the acts. */
export function SelectionBar({ children }: Readonly<{ children: ReactNode }>) {
  const { ids, clear } = useSelection();
  return (
    <div
      role="region"
      aria-label="Selected rows"
      hidden={ids.size === 0}
      className="sticky bottom-4 z-3 mx-auto mt-4 flex w-fit max-w-full flex-wrap items-center gap-3 rounded-lg border border-border bg-raised py-1.5 pr-1.5 pl-4 text-sm shadow-pop enter-rise [&[hidden]]:hidden"
    >
      <span role="status" className="font-medium">
        {formatCount(ids.size)} selected
      </span>
      {children}
      <IconButton label="Clear the selection" size="sm" icon={<X aria-hidden />} onClick={clear} />
    </div>
  );
}
