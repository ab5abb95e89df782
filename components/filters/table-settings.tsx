"use client";

import { Columns3 } from "lucide-react";
import { useRouter } from "next/navigation";
import { Popover } from "radix-ui";
import { useState, type ReactNode } from "react";
import { Button } from "@/components/ui/button";
import { Checkbox } from "@/components/ui/checkbox";
import { Segmented } from "@/components/ui/segmented";
import {
  type ColumnChoice,
  pageSizes,
  type TableView,
  tableViewCookie,
  usualView,
  writeTableView,
} from "@/components/ui/table-view";
import { listHref, type Params } from "./list-href";

type Props = Readonly<{
  /** Which table it is about, for its cookie. */
  table: string;
  choices: readonly ColumnChoice[];
  view: TableView;
  path: string;
  params: Params;
}>;

const yearSeconds = 31_536_000;

function remember(table: string, view: TableView): void {
  const secure = location.protocol === "https:" ? "; secure" : "";
  const value = encodeURIComponent(writeTableView(view));
  document.cookie = `${tableViewCookie(table)}=${value}; path=/; max-age=${yearSeconds}; samesite=lax${secure}`;
}

/** Columns, density and page size of a table, remembered in this browser. */
export function TableSettings({ table, choices, view: given, path, params }: Props) {
  const router = useRouter();
  // Shown at once; the table follows when the server has drawn it.
  const [view, setView] = useState(given);
  const shown = view.columns ?? choices.filter(({ usual }) => usual).map(({ key }) => key);
  const change = (next: Partial<TableView>) => {
    const changed = { ...view, ...next };
    setView(changed);
    remember(table, changed);
    // A page of another size begins elsewhere.
    if (next.limit !== undefined) router.replace(listHref(path, params, { limit: null }));
    router.refresh();
  };
  const toggle = (key: string, show: boolean) => {
    change({ columns: show ? [...shown, key] : shown.filter((one) => one !== key) });
  };
  return (
    <Popover.Root>
      <Popover.Trigger asChild>
        <Button icon={<Columns3 aria-hidden />}>Display</Button>
      </Popover.Trigger>
      <Popover.Content
        align="end"
        sideOffset={6}
        collisionPadding={8}
        aria-label="Display of this table"
        className="z-50 flex max-h-(--radix-popover-content-available-height) w-64 max-w-[calc(100vw-1rem)] flex-col gap-4 overflow-y-auto rounded-lg border border-border bg-raised p-4 text-sm shadow-pop enter-rise"
      >
        <fieldset className="flex flex-col gap-2">
          <legend className="mb-2 font-medium">Columns</legend>
          {choices.map(({ key, header }) => (
            <Checkbox
              key={key}
              label={header}
              checked={shown.includes(key)}
              onChange={({ target }) => {
                toggle(key, target.checked);
              }}
            />
          ))}
        </fieldset>
        <Setting label="Rows">
          <Segmented
            label="Density"
            name="density"
            value={view.density}
            options={[
              { value: "comfortable", label: "Comfortable" },
              { value: "compact", label: "Compact" },
            ]}
            onChange={(density) => {
              change({ density: density === "compact" ? "compact" : "comfortable" });
            }}
          />
        </Setting>
        <Setting label="Rows per page">
          <Segmented
            label="Rows per page"
            name="limit"
            value={String(view.limit)}
            options={pageSizes.map((size) => ({ value: String(size), label: String(size) }))}
            onChange={(limit) => {
              change({ limit: Number(limit) });
            }}
          />
        </Setting>
        <Button
          size="sm"
          variant="ghost"
          onClick={() => {
            change(usualView);
          }}
        >
          Reset view
        </Button>
      </Popover.Content>
    </Popover.Root>
  );
}

function Setting({ label, children }: Readonly<{ label: string; children: ReactNode }>) {
  return (
    <div className="flex flex-col items-start gap-2">
      <span className="font-medium">{label}</span>
      {children}
    </div>
  );
}
