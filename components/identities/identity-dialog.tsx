"use client";

import type { ReactElement } from "react";
import { Dialog } from "@/components/ui/dialog";
import type { ServerAction } from "@/lib/auth/types";
import type { IdentityDto } from "@/lib/identities/schema";
import { IdentityForm } from "./identity-form";

type Props = Readonly<{
  action: ServerAction<IdentityDto>;
  trigger?: ReactElement | undefined;
  open?: boolean | undefined;
  onOpenChange?: ((open: boolean) => void) | undefined;
  /** A name that the user typed already. */
  name?: string | undefined;
  onCreated?: ((identity: IdentityDto) => void) | undefined;
}>;

/** Creates an identity without leaving the page. */
export function IdentityDialog({ action, trigger, open, onOpenChange, name, onCreated }: Props) {
  return (
    <Dialog
      trigger={trigger}
      open={open}
      onOpenChange={onOpenChange}
      title="New identity"
      description="The person, service or device that certificates are bound to."
    >
      <IdentityForm action={action} name={name} onCreated={onCreated} />
    </Dialog>
  );
}
