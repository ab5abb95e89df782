"use client";

import { ActionForm } from "@/components/forms/action-form";
import { ConfirmDialog } from "@/components/forms/confirm-dialog";
import { textOf } from "@/components/forms/form-values";
import { useState } from "react";
import { EndingTokens } from "@/components/tokens/shared/ending-tokens";
import { Stack } from "@/components/ui/layout";
import { isWithin, type TokenList } from "@/lib/tokens/schema";
import { roleLabels } from "@/components/shared/role-labels";
import { AcceptExisting } from "@/components/identities/shared/accept-existing";
import { useAcceptance } from "@/components/identities/shared/use-acceptance";
import { Dialog } from "@/components/ui/dialog";
import { RadioCards } from "@/components/ui/radio-cards";
import { type AccountRole, accountRoles, type AccountDto } from "@/lib/accounts/schema";
import type { ServerAction } from "@/lib/auth/types";
import type { IdentityPowerDto } from "@/lib/identities/schema";
import { plural } from "@/lib/format/count";

type Props<T> = Readonly<{
  account: AccountDto;
  open: boolean;
  onOpenChange: (open: boolean) => void;
  action: ServerAction<T>;
}>;

type WithTokens = Readonly<{ listTokens: ServerAction<TokenList> }>;

/** Changes the role of a user. */
export function RoleDialog({
  account,
  open,
  onOpenChange,
  action,
  listTokens,
  power,
}: Props<AccountDto> & WithTokens & Readonly<{ power: ServerAction<IdentityPowerDto> }>) {
  const [role, setRole] = useState<AccountRole>(account.role);
  const acceptance = useAcceptance(power);
  return (
    <Dialog
      open={open}
      onOpenChange={onOpenChange}
      title={`Change role of ${account.name}`}
      description="Changing the role signs the user out of all sessions."
    >
      <ActionForm
        action={action}
        fields={["role"]}
        submitLabel="Change role"
        receipt="Role changed."
        disabledReason={acceptance.disabledReason}
        onFailure={({ code }) => {
          if (code === "power.unaccepted") void acceptance.load(account.identity?.id ?? null);
        }}
        input={(form) => ({
          id: account.id,
          role: textOf(form, "role"),
          accepted: acceptance.digest,
        })}
      >
        {({ errors }) => (
          <>
            <RadioCards
              label="Role"
              name="role"
              value={role}
              onChange={(value) => {
                setRole(accountRoles.find((one) => one === value) ?? account.role);
              }}
              error={errors("role")}
              options={accountRoles.map((value) => ({ value, ...roleLabels[value] }))}
            />
            {role !== account.role && (
              <EndingTokens
                load={listTokens}
                query={{ account: account.id }}
                ends={(token) => !isWithin(token.role, role)}
                none="No API token of this user ends."
                some={(count) => `Also revokes ${count} of this user:`}
              />
            )}
            {account.identity && (
              <AcceptExisting
                acceptance={acceptance}
                identity={account.identity}
                effect="sign in with the new role"
              />
            )}
          </>
        )}
      </ActionForm>
    </Dialog>
  );
}

/** Cancels the open link of a user. */
export function CancelLinkDialog({
  account: { id, name, hasPassword },
  open,
  onOpenChange,
  action,
}: Props<unknown>) {
  return (
    <ConfirmDialog
      open={open}
      onOpenChange={onOpenChange}
      title={`Cancel the password link of ${name}?`}
      consequence={
        hasPassword
          ? "The link stops working. The current password stays."
          : "The link stops working. The user can’t sign in until you create another one."
      }
      confirmLabel="Cancel link"
      receipt="Link canceled."
      action={action}
      input={{ id }}
    />
  );
}

/** Turns password sign-in off for a user who signs in with certificates. */
export function RemovePasswordDialog({
  account: { id, name, identity },
  open,
  onOpenChange,
  action,
}: Props<AccountDto>) {
  return (
    <ConfirmDialog
      open={open}
      onOpenChange={onOpenChange}
      title={`Turn off the password of ${name}?`}
      consequence={`Only certificates of ${identity?.name ?? "the linked person"} can sign in then. All sessions are signed out. A password link turns it on again.`}
      confirmLabel="Turn off password"
      receipt="Password turned off."
      action={action}
      input={{ id, removePassword: true }}
    />
  );
}

/** Signs a user out of all sessions. */
export function SignOutDialog({
  account: { id, name, openSessions },
  open,
  onOpenChange,
  action,
}: Props<unknown>) {
  return (
    <ConfirmDialog
      open={open}
      onOpenChange={onOpenChange}
      title={`Sign ${name} out of all sessions?`}
      consequence={`${plural(openSessions, "session")} will be signed out on the next request.`}
      confirmLabel="Sign out all sessions"
      receipt="Signed out of all sessions."
      action={action}
      input={{ id }}
    />
  );
}

/** Disables a user, or enables a disabled one. */
export function StatusDialog({
  account: { id, name, status, openSessions },
  open,
  onOpenChange,
  action,
  listTokens,
}: Props<AccountDto> & WithTokens) {
  const disabled = status === "disabled",
    sessions = openSessions === 0 ? "" : ` and is signed out of ${plural(openSessions, "session")}`;
  return (
    <ConfirmDialog
      open={open}
      onOpenChange={onOpenChange}
      title={disabled ? `Enable ${name}?` : `Disable ${name}?`}
      tone={disabled ? "plain" : "danger"}
      action={action}
      input={{ id, status: disabled ? "active" : "disabled" }}
      consequence={
        disabled ? (
          "The user can sign in again. API tokens that were revoked stay revoked."
        ) : (
          <Stack gap="sm">
            <p>{`The user can’t sign in anymore${sessions}.`}</p>
            <EndingTokens
              load={listTokens}
              query={{ account: id }}
              none="No API token belongs to this user."
              some={(count) => `Also revokes ${count} of this user:`}
            />
          </Stack>
        )
      }
      confirmLabel={disabled ? "Enable" : "Disable"}
      receipt={disabled ? "User enabled." : "User disabled."}
    />
  );
}
