"use client";

import { useState } from "react";
import { ActForm } from "@/components/forms/act-form";
import { ConfirmDialog } from "@/components/forms/confirm-dialog";
import { IdentityPicker, type PickedIdentity } from "@/components/identities/identity-picker";
import { Banner } from "@/components/ui/banner";
import { Dialog } from "@/components/ui/dialog";
import { Link } from "@/components/ui/link";
import type { AccountDto } from "@/lib/accounts/schema";
import type { ServerAction } from "@/lib/auth/types";
import { plural } from "@/lib/format/count";
import type { IdentityList } from "@/lib/identities/schema";
import { roleWords } from "./role-words";

type Props = Readonly<{
  account: AccountDto;
  open: boolean;
  onOpenChange: (open: boolean) => void;
  update: ServerAction<AccountDto>;
  findIdentities: ServerAction<IdentityList>;
}>;

/** Chooses the person whose certificates sign in to an account. */
export function LinkDialog({ account, open, onOpenChange, update, findIdentities }: Props) {
  return (
    <Dialog
      open={open}
      onOpenChange={onOpenChange}
      title={`Certificate sign-in of ${account.name}`}
      description="A person’s certificates open this account on the port that asks for one. The password stays as it is."
    >
      <LinkForm account={account} update={update} findIdentities={findIdentities} />
    </Dialog>
  );
}

/** Takes them off again. */
export function UnlinkDialog({
  account,
  open,
  onOpenChange,
  update,
}: Omit<Props, "findIdentities">) {
  return (
    <ConfirmDialog
      open={open}
      onOpenChange={onOpenChange}
      title={`Take the certificates of ${account.identity?.name ?? "the person"} off ${account.name}?`}
      confirmLabel="Remove"
      receipt="Removed."
      action={update}
      input={{ id: account.id, identity: null }}
      consequence="They sign in to it no more, and every session that they started ends at once."
    />
  );
}

function LinkForm({ account, update, findIdentities }: Omit<Props, "open" | "onOpenChange">) {
  const [picked, setPicked] = useState<PickedIdentity | null>(null);
  return (
    <ActForm
      action={update}
      fields={["identity"]}
      submitLabel="Link"
      receipt="Linked."
      blockedBy={picked ? undefined : "Choose a person first."}
      input={() => ({ id: account.id, identity: picked?.id ?? null })}
    >
      {({ errors }) => (
        <>
          {account.identity && (
            <Banner>
              Certificates of{" "}
              <Link href={`/identities/${account.identity.id}`}>{account.identity.name}</Link> sign
              in to it now. Another person replaces them and ends the sessions that they started.
            </Banner>
          )}
          <IdentityPicker
            picked={picked}
            onPick={setPicked}
            search={findIdentities}
            kind="person"
            label="Person"
            hint="Only people are found: services and devices use the API."
            error={errors("identity")}
          />
          {picked && <Consequence account={account} picked={picked} />}
        </>
      )}
    </ActForm>
  );
}

function Consequence({
  account,
  picked,
}: Readonly<{ account: AccountDto; picked: PickedIdentity }>) {
  const valid = picked.certificateCounts?.valid ?? 0;
  if (valid === 0)
    return (
      <Banner tone="warning" title={`${picked.name} has no valid certificate yet.`}>
        Once one is issued, whoever holds it signs in as {account.name}. From now on only
        administrators have certificates issued for this person.
      </Banner>
    );
  return (
    <Banner
      tone="warning"
      title={`Whoever holds ${valid === 1 ? "the valid certificate" : `one of the ${plural(valid, "valid certificate")}`} of ${picked.name} signs in as ${account.name}.`}
    >
      The account’s role: {roleWords[account.role].label}.{" "}
      <Link href={`/certificates?identity=${picked.id}`}>
        Look at {valid === 1 ? "it" : "them"} first.
      </Link>{" "}
      From now on only administrators have certificates issued for this person.
    </Banner>
  );
}
