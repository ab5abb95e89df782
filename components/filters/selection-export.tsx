"use client";

import { Download } from "lucide-react";
import { Button } from "@/components/ui/button";
import { useSelection } from "@/components/ui/selection";
import { plural } from "@/lib/format/count";
import { InventoryExport } from "./inventory-export";
import type { Params } from "./list-href";

type Props = Readonly<{
  path: string;
  /** The filters of the list. */
  params: Params;
  noun: readonly [one: string, many: string];
}>;

/** The addresses of a download are limited: this many ids fit. */
const maxRows = 200;

/** Downloads what is selected as an inventory. */
export function SelectionExport({ path, params, noun }: Props) {
  const { selected } = useSelection();
  if (selected === null) return null;
  const count = selected.kind === "all" ? selected.count : selected.keys.length;
  const isTooMuch = selected.kind === "rows" && count > maxRows;
  const trigger = (
    <Button
      size="sm"
      icon={<Download aria-hidden />}
      disabledReason={isTooMuch ? `At most ${maxRows} rows. Use a filter for more.` : undefined}
    >
      Export
    </Button>
  );
  if (isTooMuch) return trigger;
  return (
    <InventoryExport
      trigger={trigger}
      path={path}
      params={selected.kind === "all" ? params : { ids: selected.keys.join(",") }}
      matches={plural(count, ...noun)}
    />
  );
}
