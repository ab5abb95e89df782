"use client";

import { Ban, CirclePause, CirclePlay, CircleUser } from "lucide-react";
import type { ReactElement } from "react";
import {
  BulkDialog,
  type BulkSelection,
  type BulkServerActions,
} from "@/components/bulk/shared/bulk-dialog";
import { SelectionExport } from "@/components/filters/selection-export";
import type { Params } from "@/components/filters/list-href";
import { Button } from "@/components/ui/button";
import { SelectionBar, useSelection } from "@/components/ui/selection";
import { type BulkAct, type BulkIdentityFilter, maxBulkItems } from "@/lib/bulk/schema";

type Props = Readonly<{
  actions: BulkServerActions;
  /** The filters of the list, for the actions and as its URL has them. */
  filter: BulkIdentityFilter;
  params: Params;
  mayRevoke: boolean;
}>;

const buttons: Readonly<Partial<Record<BulkAct, ReactElement>>> = {
  assign: (
    <Button size="sm" icon={<CircleUser aria-hidden />}>
      Assign owner
    </Button>
  ),
  activate: (
    <Button size="sm" icon={<CirclePlay aria-hidden />}>
      Activate
    </Button>
  ),
  suspend: (
    <Button size="sm" icon={<CirclePause aria-hidden />}>
      Suspend
    </Button>
  ),
  revoke: (
    <Button size="sm" variant="danger-quiet" icon={<Ban aria-hidden />}>
      Revoke certificates
    </Button>
  ),
};

/** What can be done with the selected identities. */
export function IdentityBar({ actions, filter, params, mayRevoke }: Props) {
  const { selected } = useSelection();
  const selection: BulkSelection =
    selected?.kind === "all"
      ? { identityFilter: filter, count: selected.count }
      : { identities: selected?.keys.toSorted() ?? [] };
  const acts = [
    "assign",
    "activate",
    "suspend",
    ...(mayRevoke ? (["revoke"] as const) : []),
  ] as const;
  return (
    <SelectionBar limit={maxBulkItems}>
      <SelectionExport path="/identities" params={params} noun={["identity", "identities"]} />
      {acts.map((act) => {
        const trigger = buttons[act];
        return trigger && <BulkDialog key={act} {...{ act, trigger, selection, actions }} />;
      })}
    </SelectionBar>
  );
}
