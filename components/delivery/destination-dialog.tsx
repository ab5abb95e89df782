"use client";

import { useRouter } from "next/navigation";
import { useState, type ReactElement } from "react";
import { entryHref, entryLabel, showReceipt } from "@/components/forms/show-receipt";
import { Banner, Receipt } from "@/components/ui/banner";
import { Button } from "@/components/ui/button";
import { CopyButton } from "@/components/ui/copy-button";
import { Dialog, DialogClose, DialogFooter } from "@/components/ui/dialog";
import { Stack } from "@/components/ui/layout";
import type { ServerAction } from "@/lib/auth/types";
import type { DestinationDto } from "@/lib/delivery/schema";
import { DestinationForm, type Saved } from "./destination-form";
import { kindWords } from "./delivery-words";

type Props = Readonly<{
  action: ServerAction<DestinationDto>;
  destination?: DestinationDto | undefined;
  trigger?: ReactElement | undefined;
  open?: boolean | undefined;
  onOpenChange?: ((open: boolean) => void) | undefined;
}>;

/** The form in a window. A key that was made stays in sight until the window is closed; after adding, the destination's page opens. */
export function DestinationDialog({ action, destination, trigger, open, onOpenChange }: Props) {
  const [own, setOwn] = useState(false),
    [made, setMade] = useState<Saved | null>(null);
  const router = useRouter();
  const leave = (done: Saved) => {
    if (destination) router.refresh();
    else router.push(`/settings/delivery/${done.data.id}`);
  };
  const change = (next: boolean) => {
    setOwn(next);
    onOpenChange?.(next);
    if (!next && made) {
      setMade(null);
      leave(made);
    }
  };
  const finish = (done: Saved) => {
    if (done.data.secret) {
      setMade(done);
      return;
    }
    change(false);
    showReceipt(destination ? "Saved." : "Destination added.", done);
    leave(done);
  };
  const title = made
    ? "Key of the signature"
    : destination
      ? `Edit ${destination.name}`
      : "New destination";
  return (
    <Dialog
      trigger={trigger}
      open={open ?? own}
      onOpenChange={change}
      title={title}
      description={
        made
          ? undefined
          : destination
            ? kindWords[destination.kind].hint
            : "Where alerts are sent, beside the console."
      }
    >
      {made ? (
        <MadeKey done={made} />
      ) : (
        <DestinationForm action={action} destination={destination} onDone={finish} />
      )}
    </Dialog>
  );
}

/** A key that is shown once. */
export function MadeKey({ done }: Readonly<{ done: Saved }>) {
  const { secret, name } = done.data;
  return (
    <Stack>
      <Receipt entryLabel={entryLabel(done)} entryHref={entryHref(done)}>
        Saved.
      </Receipt>
      <Banner tone="warning" title="Copy the key now.">
        It is shown once. The receiver checks with it that a message comes from here and is whole.
      </Banner>
      <div className="flex items-center gap-2 rounded-lg border border-border bg-sunken p-3">
        <code data-secret className="min-w-0 flex-1 font-mono text-xs break-all">
          {secret}
        </code>
        <CopyButton text={secret ?? ""} label={`Copy the key of ${name}`} />
      </div>
      <DialogFooter>
        <DialogClose>
          <Button variant="primary">Done</Button>
        </DialogClose>
      </DialogFooter>
    </Stack>
  );
}
