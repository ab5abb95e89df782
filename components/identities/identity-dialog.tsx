"use client";

import type { ReactElement } from "react";
import { ActForm } from "@/components/forms/act-form";
import { linesOf, textOf } from "@/components/forms/form-values";
import { showReceipt } from "@/components/forms/show-receipt";
import { Dialog, useCloseDialog } from "@/components/ui/dialog";
import type { ServerAction } from "@/lib/auth/types";
import type { IdentityDto } from "@/lib/identities/schema";
import { IdentityFields, identityFieldNames } from "./identity-fields";

type Props = Readonly<{
  action: ServerAction<IdentityDto>;
  trigger?: ReactElement | undefined;
  open?: boolean | undefined;
  onOpenChange?: ((open: boolean) => void) | undefined;
  /** A name that somebody typed already. */
  name?: string | undefined;
  onCreated?: ((identity: IdentityDto) => void) | undefined;
}>;

/** Makes an identity without leaving the page. */
export function IdentityDialog({ action, trigger, open, onOpenChange, name, onCreated }: Props) {
  return (
    <Dialog
      trigger={trigger}
      open={open}
      onOpenChange={onOpenChange}
      title="New identity"
      description="The one person, service or device that certificates are bound to."
    >
      <IdentityForm action={action} name={name} onCreated={onCreated} />
    </Dialog>
  );
}

function IdentityForm({ action, name, onCreated }: Pick<Props, "action" | "name" | "onCreated">) {
  const close = useCloseDialog();
  return (
    <ActForm
      action={action}
      fields={identityFieldNames}
      submitLabel="Create identity"
      receipt="Identity created."
      input={(form) => ({
        kind: textOf(form, "kind"),
        name: textOf(form, "name"),
        owner: textOf(form, "owner"),
        networks: linesOf(form, "networks"),
        note: textOf(form, "note"),
      })}
      goTo={onCreated ? undefined : (done) => `/identities/${done.data.id}`}
      onDone={
        onCreated &&
        ((done) => {
          showReceipt("Identity created.", done);
          close();
          onCreated(done.data);
        })
      }
    >
      {({ errors }) => <IdentityFields errors={errors} given={{ name }} />}
    </ActForm>
  );
}
