"use client";

import { useRouter } from "next/navigation";
import { MoreHorizontal, Pencil } from "lucide-react";
import { useState } from "react";
import { CommentForm } from "@/components/forms/comment-dialog";
import { ConfirmDialog } from "@/components/forms/confirm-dialog";
import { ErrorBanner } from "@/components/forms/error-banner";
import { useAction } from "@/components/forms/use-action";
import { AlertDialog } from "@/components/ui/alert-dialog";
import { Button, IconButton } from "@/components/ui/button";
import { Dialog } from "@/components/ui/dialog";
import { DropdownMenu, MenuItem } from "@/components/ui/dropdown-menu";
import type { ServerAction } from "@/lib/auth/types";
import type { DestinationDto } from "@/lib/delivery/schema";
import { plural } from "@/lib/format/count";
import { DestinationDialog, NewSigningKey } from "./destination-dialog";
import type { SavedDestination } from "./destination-form";

export type DestinationServerActions = Readonly<{
  update: ServerAction<DestinationDto>;
  remove: ServerAction<DestinationDto>;
}>;
type Open = "pause" | "key" | "remove" | null;

/** The actions for one destination. */
export function DestinationActions({
  destination,
  actions,
}: Readonly<{ destination: DestinationDto; actions: DestinationServerActions }>) {
  const [open, setOpen] = useState<Open>(null);
  const { id, name, status, waiting, kind } = destination,
    paused = status === "paused";
  const close = (next: boolean) => {
    if (!next) setOpen(null);
  };
  const waitingSentence = (one: string, many: string) =>
    waiting === 0
      ? ""
      : ` ${plural(waiting, "waiting notification")} ${waiting === 1 ? one : many}.`;
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
        label={`Actions for ${name}`}
        trigger={
          <IconButton
            variant="secondary"
            label={`Actions for ${name}`}
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
            New signing key
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
        receipt={paused ? "Destination resumed." : "Destination paused."}
        consequence={
          paused
            ? `New alerts are sent here again.${waitingSentence("is sent now", "are sent now")}`
            : `No alerts are sent here until you resume it. Alerts raised in the meantime are only visible in the console.${waitingSentence("is held until then", "are held until then")}`
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
        description={`No alerts are sent here anymore, and its stored secret is deleted. This can’t be undone.${waitingSentence("is dropped", "are dropped")}`}
      >
        <CommentForm
          submitLabel="Remove"
          receipt="Destination removed."
          tone="danger"
          action={actions.remove}
          fixedInput={{ id }}
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
  const { state, run, clear } = useAction(action);
  const [created, setCreated] = useState<SavedDestination | null>(null);
  const router = useRouter();
  const confirm = async (): Promise<"keep" | undefined> => {
    const answer = await run({ id, newSecret: true });
    if (!answer.ok) return "keep";
    setCreated(answer);
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
        title={`Create a new signing key for ${name}?`}
        consequence="The receiver rejects messages until it has the new key."
        confirmLabel="Create key"
        action={async () => (await confirm()) ?? undefined}
      >
        {state?.ok === false && <ErrorBanner failure={state} fields={[]} />}
      </AlertDialog>
      <Dialog
        open={created !== null}
        onOpenChange={(next) => {
          if (!next) {
            setCreated(null);
            router.refresh();
          }
        }}
        title="Signing key"
      >
        {created && <NewSigningKey done={created} />}
      </Dialog>
    </>
  );
}
