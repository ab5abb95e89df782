"use client";

import { Ban, CalendarOff, CalendarSync, CirclePause, CirclePlay } from "lucide-react";
import type { Params } from "@/components/filters/list-href";
import { SelectionExport } from "@/components/filters/selection-export";
import { Button } from "@/components/ui/button";
import { SelectionBar, useSelection } from "@/components/ui/selection";
import { type BulkFilter, maxBulkItems } from "@/lib/bulk/schema";
import {
  BulkDialog,
  type BulkSelection,
  type BulkServerActions,
} from "@/components/bulk/shared/bulk-dialog";

type Props = Readonly<{
  actions: BulkServerActions;
  /** The filters of the list. */
  filter: BulkFilter;
  params: Params;
  now: Date;
}>;

/** What can be done with the selected certificates. */
export function CertificateBar({ actions, filter, params, now }: Props) {
  const { selected } = useSelection();
  const selection: BulkSelection =
    selected?.kind === "all"
      ? { filter, count: selected.count }
      : { ids: selected?.keys.toSorted() ?? [] };
  return (
    <SelectionBar limit={maxBulkItems}>
      <SelectionExport
        path="/certificates"
        params={params}
        noun={["certificate", "certificates"]}
      />
      <BulkDialog
        act="request-rotation"
        now={now}
        trigger={
          <Button size="sm" icon={<CalendarSync aria-hidden />}>
            Request rotation
          </Button>
        }
        {...{ selection, actions }}
      />
      {filter.rotation !== undefined && (
        <BulkDialog
          act="cancel-rotation-request"
          trigger={
            <Button size="sm" icon={<CalendarOff aria-hidden />}>
              Withdraw request
            </Button>
          }
          {...{ selection, actions }}
        />
      )}
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
