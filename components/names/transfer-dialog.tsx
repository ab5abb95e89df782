"use client";

import { CommentField } from "@/components/forms/comment-field";
import { useState } from "react";
import { ActionForm } from "@/components/forms/action-form";
import { optionalText, textOf } from "@/components/forms/form-values";
import { IdentityPicker } from "@/components/identities/shared/identity-picker";
import type { PickedIdentity } from "@/components/identities/shared/picked-identity";
import { Dialog } from "@/components/ui/dialog";
import { RadioCards, type RadioCard } from "@/components/ui/radio-cards";
import { plural } from "@/lib/format/count";
import type { HeldNameDto } from "@/lib/identities/schema";
import type { ReleaseMode } from "@/lib/names/schema";
import { inputOf, type NameActions } from "./name-actions";
import { NameList, namesText } from "./name-list";

type Props = Readonly<{
  identity: Readonly<{ id: string; name: string }>;
  names: readonly HeldNameDto[];
  actions: NameActions;
  open: boolean;
  onOpenChange: (open: boolean) => void;
}>;

const options: readonly (RadioCard & { value: ReleaseMode })[] = [
  {
    value: "reserve",
    label: "Transfer only unused names",
    hint: "If a valid certificate still carries one of the names, nothing is transferred, and you see how many there are.",
  },
  {
    value: "revoke",
    label: "Revoke certificates that carry them",
    hint: "They are revoked with the transfer. This can't be undone.",
  },
  {
    value: "free",
    label: "Keep certificates valid",
    hint: "Until they expire, both identities can prove that they have the names.",
  },
];

/** Transfers names to another identity. */
export function TransferDialog({ open, onOpenChange, ...form }: Props) {
  const { names, identity } = form;
  return (
    <Dialog
      open={open}
      onOpenChange={onOpenChange}
      title={`Transfer ${namesText(names)}`}
      description={`${identity.name} gives ${names.length === 1 ? "it" : "them"} up, and the other identity holds ${names.length === 1 ? "it" : "them"} from then on.`}
    >
      <TransferForm {...form} />
    </Dialog>
  );
}

function TransferForm({ identity, names, actions }: Omit<Props, "open" | "onOpenChange">) {
  const [to, setTo] = useState<PickedIdentity | null>(null);
  return (
    <ActionForm
      action={actions.transfer}
      fields={["to", "onRelease", "comment"]}
      submitLabel={
        names.length === 1 ? "Transfer name" : `Transfer ${plural(names.length, "name")}`
      }
      disabledReason={blockerOf(identity.id, to)}
      receipt={`Transferred to ${to?.name ?? ""}.`}
      input={(form) => ({
        id: identity.id,
        names: names.map(inputOf),
        to: to?.id ?? "",
        onRelease: textOf(form, "onRelease"),
        comment: optionalText(form, "comment"),
      })}
    >
      {({ errors }) => (
        <>
          <NameList names={names} />
          <IdentityPicker
            label="Transfer to"
            hint="The identity that gets the names."
            picked={to}
            onPick={setTo}
            search={actions.findIdentities}
            error={errors("to")}
          />
          <RadioCards
            label={`Certificates of ${identity.name} that carry them`}
            name="onRelease"
            required
            defaultValue="reserve"
            error={errors("onRelease")}
            options={options}
          />
          <CommentField error={errors("comment")} />
        </>
      )}
    </ActionForm>
  );
}

function blockerOf(identityId: string, to: PickedIdentity | null): string | undefined {
  if (to === null) return "Choose an identity first.";
  return to.id === identityId
    ? "It holds these names already. Choose another identity."
    : undefined;
}
