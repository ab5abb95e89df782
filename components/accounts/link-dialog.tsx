"use client";

import { ActionForm } from "@/components/forms/action-form";
import { ConfirmDialog } from "@/components/forms/confirm-dialog";
import { AcceptExisting } from "@/components/identities/shared/accept-existing";
import { IdentityPicker } from "@/components/identities/shared/identity-picker";
import type { PickedIdentity } from "@/components/identities/shared/picked-identity";
import { usePickedIdentity } from "@/components/identities/shared/use-picked-identity";
import { Banner } from "@/components/ui/banner";
import { Dialog } from "@/components/ui/dialog";
import { Link } from "@/components/ui/link";
import type { AccountDto } from "@/lib/accounts/schema";
import type { ServerAction } from "@/lib/auth/types";
import { plural } from "@/lib/format/count";
import type { IdentityList, IdentityPowerDto } from "@/lib/identities/schema";
import { roleLabels } from "@/components/shared/role-labels";

type Props = Readonly<{
  account: AccountDto;
  open: boolean;
  onOpenChange: (open: boolean) => void;
  update: ServerAction<AccountDto>;
  findIdentities: ServerAction<IdentityList>;
  power: ServerAction<IdentityPowerDto>;
}>;

/** Chooses the person whose certificates sign in to an account. */
export function LinkDialog({ account, open, onOpenChange, ...actions }: Props) {
  return (
    <Dialog
      open={open}
      onOpenChange={onOpenChange}
      title={`Certificate sign-in for ${account.name}`}
      description="Certificates of the linked person can sign in to this account on the mTLS port. Password sign-in stays available."
    >
      <LinkForm account={account} {...actions} />
    </Dialog>
  );
}

/** Removes certificate sign-in from an account. */
export function UnlinkDialog({
  account,
  open,
  onOpenChange,
  update,
}: Omit<Props, "findIdentities" | "power">) {
  return (
    <ConfirmDialog
      open={open}
      onOpenChange={onOpenChange}
      title={`Remove certificate sign-in from ${account.name}?`}
      confirmLabel="Remove"
      receipt="Certificate sign-in removed."
      action={update}
      input={{ id: account.id, identity: null }}
      consequence={`Certificates of ${account.identity?.name ?? "the linked person"} can’t sign in to this account anymore. Sessions started with them end immediately.`}
    />
  );
}

function LinkForm({
  account,
  update,
  findIdentities,
  power,
}: Omit<Props, "open" | "onOpenChange">) {
  const { picked, pick, acceptance, onFailure } = usePickedIdentity(power);
  return (
    <ActionForm
      action={update}
      fields={["identity"]}
      submitLabel="Link person"
      receipt="Certificate sign-in set up."
      disabledReason={picked ? acceptance.disabledReason : "Choose a person first."}
      onFailure={onFailure}
      input={() => ({ id: account.id, identity: picked?.id ?? null, accepted: acceptance.digest })}
    >
      {({ errors }) => (
        <>
          {account.identity && (
            <Banner>
              Certificates of{" "}
              <Link href={`/identities/${account.identity.id}`}>{account.identity.name}</Link> can
              sign in to this account now. Linking another person replaces them and ends the
              sessions they started.
            </Banner>
          )}
          <IdentityPicker
            picked={picked}
            onPick={pick}
            search={findIdentities}
            kind="person"
            label="Person"
            hint="Only people can be linked. Services and devices use the API."
            error={errors("identity")}
          />
          {picked && <Consequence account={account} picked={picked} />}
          {picked && (
            <AcceptExisting
              acceptance={acceptance}
              identity={picked}
              effect={`sign in as ${account.name}`}
            />
          )}
        </>
      )}
    </ActionForm>
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
        Once one is issued, its holder can sign in as {account.name}. From now on, only
        administrators can issue certificates for this person.
      </Banner>
    );
  return (
    <Banner
      tone="warning"
      title={`Anyone who holds ${valid === 1 ? "the valid certificate" : `one of the ${plural(valid, "valid certificate")}`} of ${picked.name} can sign in as ${account.name}.`}
    >
      The account’s role is {roleLabels[account.role].label}.{" "}
      <Link href={`/certificates?identity=${picked.id}`}>
        Review {valid === 1 ? "it" : "them"} first.
      </Link>{" "}
      From now on, only administrators can issue certificates for this person.
    </Banner>
  );
}
