"use client";

import { Ban, CirclePause, CirclePlay } from "lucide-react";
import { Button } from "@/components/ui/button";
import { SelectionBar, useSelection } from "@/components/ui/selection";
import { type BulkFilter, maxBulkItems } from "@/lib/bulk/schema";
import { BulkDialog, type BulkSelection, type BulkServerActions } from "./bulk-dialog";

type Props = Readonly<{
  actions: BulkServerActions;
  /** The filters of the list. */
  filter: BulkFilter;
}>;

/** What can be done with the selected certificates. */
export function CertificateBar({ actions, filter }: Props) {
  const { selected } = useSelection();
  const selection: BulkSelection =
    selected?.kind === "all"
      ? { filter, count: selected.count }
      : { ids: selected?.keys.toSorted() ?? [] };
  return (
    <SelectionBar limit={maxBulkItems}>
      <BulkDialog
        act="release"
        trigger={
          <Button size="sm" icon={<CirclePlay aria-hidden />}>
            Release
          </Button>
        }
        {...{ selection, actions }}
      />
      <BulkDialog
        act="hold"
        trigger={
          <Button size="sm" icon={<CirclePause aria-hidden />}>
            Hold
          </Button>
        }
        {...{ selection, actions }}
      />
      <BulkDialog
        act="revoke"
        trigger={
          <Button size="sm" variant="danger-quiet" icon={<Ban aria-hidden />}>
            Revoke
          </Button>
        }
        {...{ selection, actions }}
      />
    </SelectionBar>
  );
}
