"use client";

import { CheckCheck, CircleCheck, CircleUser } from "lucide-react";
import {
  BulkDialog,
  type BulkSelection,
  type BulkServerActions,
} from "@/components/bulk/shared/bulk-dialog";
import type { Assignees } from "@/components/bulk/shared/bulk-inputs";
import { Button } from "@/components/ui/button";
import { SelectionBar, useSelection } from "@/components/ui/selection";
import { type BulkAlertFilter, maxBulkItems } from "@/lib/bulk/schema";
import { useAcknowledgeRows } from "./use-acknowledge-rows";

type Props = Readonly<{
  actions: BulkServerActions;
  /** The filters of the list. */
  filter: BulkAlertFilter;
  assignees: Assignees;
}>;

/** What can be done with the selected alerts. */
export function AlertBar({ actions, filter, assignees }: Props) {
  const { selected } = useSelection();
  const { acknowledge, pending } = useAcknowledgeRows(actions);
  const isAll = selected?.kind === "all";
  const keys = isAll ? [] : (selected?.keys.toSorted() ?? []);
  const selection: BulkSelection = isAll
    ? { alertFilter: filter, count: selected.count }
    : { alerts: keys };
  const shared = { selection, actions } as const;
  const button = {
    size: "sm",
    variant: "primary",
    icon: <CheckCheck aria-hidden />,
    children: "Acknowledge",
  } as const;
  return (
    <SelectionBar limit={maxBulkItems}>
      <BulkDialog
        act="assign-alert"
        trigger={
          <Button size="sm" icon={<CircleUser aria-hidden />}>
            Assign
          </Button>
        }
        {...{ ...shared, assignees }}
      />
      <BulkDialog
        act="resolve"
        trigger={
          <Button size="sm" icon={<CircleCheck aria-hidden />}>
            Resolve
          </Button>
        }
        {...shared}
      />
      {isAll ? (
        <BulkDialog act="acknowledge" trigger={<Button {...button} />} {...shared} />
      ) : (
        <Button {...button} loading={pending} onClick={() => void acknowledge(keys)} />
      )}
    </SelectionBar>
  );
}
