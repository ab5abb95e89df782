"use client";

import { useState } from "react";
import { ActionForm } from "@/components/forms/action-form";
import { optionalText, textOf } from "@/components/forms/form-values";
import { IdentityPicker } from "@/components/identities/shared/identity-picker";
import type { PickedIdentity } from "@/components/identities/shared/picked-identity";
import { NameFields } from "@/components/names/shared/name-fields";
import { useNameRows } from "@/components/names/shared/use-name-rows";
import { Dialog } from "@/components/ui/dialog";
import { TextField } from "@/components/ui/input";
import { TextareaField } from "@/components/ui/textarea";
import { plural } from "@/lib/format/count";
import type { HeldNameDto } from "@/lib/identities/schema";
import { inputOf, type NameActions } from "./name-actions";
import { namesText } from "./name-list";

type Props = Readonly<{
  identity: Readonly<{ id: string; name: string }>;
  names: readonly HeldNameDto[];
  /** The identities that share one of these names already. */
  sharedWith: readonly Readonly<{ id: string; name: string }>[];
  actions: NameActions;
  open: boolean;
  onOpenChange: (open: boolean) => void;
}>;

/** Lets another identity hold the same names. */
export function ShareDialog({ open, onOpenChange, ...form }: Props) {
  const { names, identity } = form;
  return (
    <Dialog
      open={open}
      onOpenChange={onOpenChange}
      title={`Share ${namesText(names)}`}
      description={`${identity.name} and the other identity both hold ${names.length === 1 ? "it" : "them"}. Either can get certificates with ${names.length === 1 ? "it" : "them"}.`}
    >
      <ShareForm {...form} />
    </Dialog>
  );
}

function ShareForm({ identity, names, sharedWith, actions }: Omit<Props, "open" | "onOpenChange">) {
  const [to, setTo] = useState<PickedIdentity | null>(null);
  const rows = useNameRows(names.map(inputOf));
  const holders = [identity.id, ...sharedWith.map(({ id }) => id)];
  return (
    <ActionForm
      action={actions.share}
      fields={[...rows.names.map((_, at) => `names.${at}`), "id", "comment", "reviewAt"]}
      submitLabel={
        rows.names.length > 1 ? `Share ${plural(rows.names.length, "name")}` : "Share name"
      }
      disabledReason={
        to === null
          ? "Choose an identity first."
          : to.id === identity.id
            ? "It holds these names already. Choose another identity."
            : rows.names.length === 0
              ? "Enter a name first."
              : undefined
      }
      receipt={`Shared with ${to?.name ?? ""}.`}
      input={(form) => ({
        id: to?.id ?? "",
        names: rows.names,
        with: holders.filter((id) => id !== to?.id),
        comment: textOf(form, "comment"),
        reviewAt: reviewTime(optionalText(form, "reviewAt")),
      })}
    >
      {({ errors }) => (
        <>
          <IdentityPicker
            label="Share with"
            hint="The identity that gets the names too."
            picked={to}
            onPick={setTo}
            search={actions.findIdentities}
            error={errors("id")}
          />
          <NameFields
            label="Names it gets"
            names={rows}
            hint="To share part of a pattern, enter a narrower name, such as shop.example.com instead of *.example.com."
            errors={(place) => errors(`names.${place}`)}
          />
          <TextareaField
            label="Reason"
            name="comment"
            rows={2}
            required
            maxLength={500}
            error={errors("comment")}
            hint="Why both need the names. Recorded in the audit log."
          />
          <TextField
            label="Review on"
            name="reviewAt"
            type="date"
            error={errors("reviewAt")}
            hint="The date to check whether both still need them."
          />
        </>
      )}
    </ActionForm>
  );
}

/** A date as the schema takes it. */
const reviewTime = (date: string | undefined): string | undefined =>
  date === undefined ? undefined : `${date}T00:00:00Z`;
