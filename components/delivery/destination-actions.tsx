"use client";

import { useRouter } from "next/navigation";
import { MoreHorizontal, Pencil } from "lucide-react";
import { useState } from "react";
import { CommentForm } from "@/components/forms/comment-dialog";
import { ConfirmDialog } from "@/components/forms/confirm-dialog";
import { RefusalBanner } from "@/components/forms/refusal-banner";
import { useAct } from "@/components/forms/use-act";
import { AlertDialog } from "@/components/ui/alert-dialog";
import { Button, IconButton } from "@/components/ui/button";
import { Dialog } from "@/components/ui/dialog";
import { DropdownMenu, MenuItem } from "@/components/ui/dropdown-menu";
import type { ServerAction } from "@/lib/auth/types";
import type { DestinationDto } from "@/lib/delivery/schema";
import { plural } from "@/lib/format/count";
import { DestinationDialog, MadeKey } from "./destination-dialog";
import type { Saved } from "./destination-form";

export type DestinationActs = Readonly<{
  update: ServerAction<DestinationDto>;
  remove: ServerAction<DestinationDto>;
}>;
type Open = "pause" | "key" | "remove" | null;

/** The acts on one destination. */
export function DestinationActions({
  destination,
  actions,
}: Readonly<{ destination: DestinationDto; actions: DestinationActs }>) {
  const [open, setOpen] = useState<Open>(null);
  const { id, name, status, waiting, kind } = destination,
    paused = status === "paused";
  const close = (next: boolean) => {
    if (!next) setOpen(null);
  };
  const left = (one: string, many: string) =>
    waiting === 0
      ? ""
      : ` ${plural(waiting, "delivery", "deliveries")} still to be sent ${waiting === 1 ? one : many}.`;
  return (
    <span className="flex gap-2">
      <DestinationDialog
        action={actions.update}
        destination={destination}
        trigger={
          <Button variant="primary" icon={<Pencil aria-hidden />}>
            Edit
          </Button>
        }
      />
      <DropdownMenu
        label={`Acts on ${name}`}
        trigger={
          <IconButton
            variant="secondary"
            label={`Acts on ${name}`}
            icon={<MoreHorizontal aria-hidden />}
          />
        }
      >
        <MenuItem
          onSelect={() => {
            setOpen("pause");
          }}
        >
          {paused ? "Resume" : "Pause"}
        </MenuItem>
        {kind === "webhook" && (
          <MenuItem
            onSelect={() => {
              setOpen("key");
            }}
          >
            New key
          </MenuItem>
        )}
        <MenuItem
          tone="danger"
          onSelect={() => {
            setOpen("remove");
          }}
        >
          Remove
        </MenuItem>
      </DropdownMenu>
      <ConfirmDialog
        open={open === "pause"}
        onOpenChange={close}
        tone="plain"
        title={paused ? `Resume ${name}?` : `Pause ${name}?`}
        action={actions.update}
        input={{ id, status: paused ? "active" : "paused" }}
        confirmLabel={paused ? "Resume" : "Pause"}
        receipt={paused ? "Resumed." : "Paused."}
        consequence={
          paused
            ? `Alerts are sent here again from now on.${left("goes out at once", "go out at once")}`
            : `No alert is sent here until you resume it: those of the meantime stay in the console alone.${left("waits until then", "wait until then")}`
        }
      />
      <NewKey
        open={open === "key"}
        onOpenChange={close}
        destination={destination}
        action={actions.update}
      />
      <Dialog
        open={open === "remove"}
        onOpenChange={close}
        title={`Remove ${name}?`}
        description={`No alert is sent here any more, and its secret is forgotten. It does not come back.${left("is given up", "are given up")}`}
      >
        <CommentForm
          submitLabel="Remove"
          receipt="Removed."
          tone="danger"
          action={actions.remove}
          fixed={{ id }}
        />
      </Dialog>
    </span>
  );
}

function NewKey({
  open,
  onOpenChange,
  destination: { id, name },
  action,
}: Readonly<{
  open: boolean;
  onOpenChange: (open: boolean) => void;
  destination: DestinationDto;
  action: ServerAction<DestinationDto>;
}>) {
  const { state, run, clear } = useAct(action);
  const [made, setMade] = useState<Saved | null>(null);
  const router = useRouter();
  const confirm = async (): Promise<"keep" | undefined> => {
    const answer = await run({ id, newSecret: true });
    if (!answer.ok) return "keep";
    setMade(answer);
    return undefined;
  };
  return (
    <>
      <AlertDialog
        open={open}
        onOpenChange={(next) => {
          clear();
          onOpenChange(next);
        }}
        title={`A new key for ${name}?`}
        consequence="The receiver refuses what is signed with it until it has it, too."
        confirmLabel="Make a new key"
        action={async () => (await confirm()) ?? undefined}
      >
        {state?.ok === false && <RefusalBanner refusal={state} shown={[]} />}
      </AlertDialog>
      <Dialog
        open={made !== null}
        onOpenChange={(next) => {
          if (!next) {
            setMade(null);
            router.refresh();
          }
        }}
        title="Key of the signature"
      >
        {made && <MadeKey done={made} />}
      </Dialog>
    </>
  );
}
