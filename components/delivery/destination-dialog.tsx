"use client";

import { useRouter } from "next/navigation";
import { useState, type ReactElement } from "react";
import { entryHref, entryLabel, showReceipt } from "@/components/forms/show-receipt";
import { Banner, Receipt } from "@/components/ui/banner";
import { Button } from "@/components/ui/button";
import { SecretLine } from "@/components/ui/secret-line";
import { Dialog, DialogClose, DialogFooter } from "@/components/ui/dialog";
import { Stack } from "@/components/ui/layout";
import type { ServerAction } from "@/lib/auth/types";
import type { DestinationDto } from "@/lib/delivery/schema";
import { DestinationForm, type SavedDestination } from "./destination-form";
import { kindLabels } from "./delivery-labels";

type Props = Readonly<{
  action: ServerAction<DestinationDto>;
  destination?: DestinationDto | undefined;
  trigger?: ReactElement | undefined;
  open?: boolean | undefined;
  onOpenChange?: ((open: boolean) => void) | undefined;
}>;

/**
 * The form in a dialog. A generated key is shown until the dialog is closed; after adding, the
 * destination's page opens.
 */
export function DestinationDialog({ action, destination, trigger, open, onOpenChange }: Props) {
  const [own, setOwn] = useState(false),
    [created, setCreated] = useState<SavedDestination | null>(null);
  const router = useRouter();
  const leave = (done: SavedDestination) => {
    if (destination) router.refresh();
    else router.push(`/settings/delivery/${done.data.id}`);
  };
  const change = (next: boolean) => {
    setOwn(next);
    onOpenChange?.(next);
    if (!next && created) {
      setCreated(null);
      leave(created);
    }
  };
  const finish = (done: SavedDestination) => {
    if (done.data.secret) {
      setCreated(done);
      return;
    }
    change(false);
    showReceipt(destination ? "Saved." : "Destination added.", done);
    leave(done);
  };
  const title = created
    ? "Signing key"
    : destination
      ? `Edit ${destination.name}`
      : "Add destination";
  return (
    <Dialog
      trigger={trigger}
      open={open ?? own}
      onOpenChange={change}
      title={title}
      description={
        created
          ? undefined
          : destination
            ? kindLabels[destination.kind].hint
            : "Alerts are sent there in addition to the console."
      }
    >
      {created ? (
        <NewSigningKey done={created} />
      ) : (
        <DestinationForm action={action} destination={destination} onDone={finish} />
      )}
    </Dialog>
  );
}

/** A key that is shown once. */
export function NewSigningKey({ done }: Readonly<{ done: SavedDestination }>) {
  const { secret, name } = done.data;
  return (
    <Stack>
      <Receipt entryLabel={entryLabel(done)} entryHref={entryHref(done)}>
        Saved.
      </Receipt>
      <Banner tone="warning" title="Copy the key now.">
        It won’t be shown again. The receiver uses it to verify that a message comes from Chancery
        and was not changed.
      </Banner>
      <SecretLine text={secret ?? ""} copyLabel={`Copy the key of ${name}`} />
      <DialogFooter>
        <DialogClose>
          <Button variant="primary">Done</Button>
        </DialogClose>
      </DialogFooter>
    </Stack>
  );
}
