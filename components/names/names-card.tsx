"use client";

import { useState } from "react";
import { Button } from "@/components/ui/button";
import { Card } from "@/components/ui/card";
import { plural } from "@/lib/format/count";
import type { IdentityDto } from "@/lib/identities/schema";
import { AddNamesDialog } from "./add-names-dialog";
import {
  administratorsOnly,
  isChangeable,
  type NameActions,
  type NamePermissions,
} from "./name-actions";
import { NamesTable, type SharedWith } from "./names-table";
import { ReleaseDialog } from "./release-dialog";
import { ShareDialog } from "./share-dialog";
import { TransferDialog } from "./transfer-dialog";

type Props = Readonly<{
  identity: Pick<IdentityDto, "id" | "name" | "names" | "epoch">;
  /** The other identities of each share, by its id. */
  sharedWith: SharedWith;
  actions: NameActions;
  may: NamePermissions;
}>;

const noIds: readonly string[] = [];

type OpenDialog = "release" | "transfer" | "share";

/** The names that an identity holds or that are reserved for it, and what can be done with them. */
export function NamesCard({ identity, sharedWith, actions, may }: Props) {
  // A change of the names ends the selection.
  const [selection, setSelection] = useState({ epoch: identity.epoch, ids: noIds });
  const selectedIds = selection.epoch === identity.epoch ? selection.ids : noIds;
  const select = (ids: readonly string[]) => {
    setSelection({ epoch: identity.epoch, ids });
  };
  const [open, setOpen] = useState<OpenDialog | null>(null);
  const mayChange = may.write && may.denied === undefined;
  const selected = identity.names.filter(({ id }) => selectedIds.includes(id));
  const dialog = (which: OpenDialog) => ({
    identity,
    names: selected,
    open: open === which,
    onOpenChange: (isOpen: boolean) => {
      setOpen(isOpen ? which : null);
    },
  });
  const others = selected.flatMap(({ shareId }) => sharedWith[shareId ?? ""] ?? []);
  return (
    <Card
      title="Names"
      description="What its certificates can carry."
      padding="flush"
      aside={
        may.write && (
          <AddNamesDialog identity={identity} action={actions.change} disabledReason={may.denied} />
        )
      }
    >
      {selected.length > 0 && (
        <SelectionBar
          count={selected.length}
          hasReserved={selected.some(({ state }) => state === "reserved")}
          mayManage={may.manage}
          onOpen={setOpen}
          onClear={() => {
            select(noIds);
          }}
        />
      )}
      <NamesTable
        names={identity.names}
        sharedWith={sharedWith}
        caption={`Names of ${identity.name}`}
        selection={
          mayChange && identity.names.some(isChangeable)
            ? { ids: selectedIds, onChange: select }
            : undefined
        }
      />
      <ReleaseDialog
        {...dialog("release")}
        action={actions.change}
        preview={actions.previewRelease}
        mayFree={may.manage}
      />
      <TransferDialog {...dialog("transfer")} actions={actions} />
      <ShareDialog {...dialog("share")} sharedWith={others} actions={actions} />
    </Card>
  );
}

type BarProps = Readonly<{
  count: number;
  hasReserved: boolean;
  mayManage: boolean;
  onOpen: (dialog: OpenDialog) => void;
  onClear: () => void;
}>;

function SelectionBar({ count, hasReserved, mayManage, onOpen, onClear }: BarProps) {
  const reserved = "A reserved name isn't held anymore. Clear it from the selection.";
  const button = (dialog: OpenDialog, label: string, disabledReason: string | undefined) => (
    <Button
      size="sm"
      disabledReason={disabledReason}
      onClick={() => {
        onOpen(dialog);
      }}
    >
      {label}
    </Button>
  );
  return (
    <div
      role="toolbar"
      aria-label="Selected names"
      className="flex flex-wrap items-center gap-2 border-t border-border bg-accent-soft px-4 py-2"
    >
      <span className="mr-auto text-sm font-medium">{plural(count, "name")} selected</span>
      {button(
        "release",
        hasReserved ? "Free" : "Release",
        hasReserved && !mayManage ? administratorsOnly("free reserved names") : undefined,
      )}
      {button("transfer", "Transfer", mayManage ? undefined : administratorsOnly("transfer names"))}
      {button(
        "share",
        "Share",
        !mayManage ? administratorsOnly("share names") : hasReserved ? reserved : undefined,
      )}
      <Button variant="ghost" size="sm" onClick={onClear}>
        Clear
      </Button>
    </div>
  );
}
