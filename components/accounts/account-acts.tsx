"use client";

import { MoreHorizontal } from "lucide-react";
import { useState } from "react";
import { ActForm } from "@/components/forms/act-form";
import { textOf } from "@/components/forms/form-values";
import { IconButton } from "@/components/ui/button";
import { Dialog } from "@/components/ui/dialog";
import { DropdownMenu, MenuItem } from "@/components/ui/dropdown-menu";
import { TextField } from "@/components/ui/input";
import { RadioCards } from "@/components/ui/radio-cards";
import type { ServerAction } from "@/lib/auth/types";
import { accountRoles, type AccountDto } from "@/lib/accounts/schema";
import { ConfirmDialog } from "@/components/forms/confirm-dialog";
import { plural } from "@/lib/format/count";
import type { IdentityList } from "@/lib/identities/schema";
import { LinkDialog, UnlinkDialog } from "./link-dialog";
import { roleWords } from "./role-words";

export type AccountActions = Readonly<{
  update: ServerAction<AccountDto>;
  endSessions: ServerAction<unknown>;
  findIdentities: ServerAction<IdentityList>;
}>;
type Open = "role" | "password" | "status" | "sessions" | "link" | "unlink" | null;

/** The acts on one user. Nobody changes their own role or state. */
export function AccountActs({
  account,
  self,
  actions,
}: Readonly<{ account: AccountDto; self: boolean; actions: AccountActions }>) {
  const [open, setOpen] = useState<Open>(null);
  const own = self ? "Nobody changes their own role or state." : undefined;
  const close = (next: boolean) => {
    if (!next) setOpen(null);
  };
  const { id, name, status, openSessions, identity } = account;
  const disabled = status === "disabled";
  return (
    <span className="relative z-1 inline-flex">
      <DropdownMenu
        label={`Acts on ${name}`}
        trigger={
          <IconButton size="sm" label={`Acts on ${name}`} icon={<MoreHorizontal aria-hidden />} />
        }
      >
        <MenuItem
          disabledReason={own}
          onSelect={() => {
            setOpen("role");
          }}
        >
          Change role
        </MenuItem>
        <MenuItem
          disabledReason={self ? "Change your own password under “Your account”." : undefined}
          onSelect={() => {
            setOpen("password");
          }}
        >
          Set a new password
        </MenuItem>
        <MenuItem
          onSelect={() => {
            setOpen("link");
          }}
        >
          Certificate sign-in
        </MenuItem>
        {identity && (
          <MenuItem
            onSelect={() => {
              setOpen("unlink");
            }}
          >
            Remove certificate sign-in
          </MenuItem>
        )}
        <MenuItem
          disabledReason={openSessions === 0 ? "There is no open session." : undefined}
          onSelect={() => {
            setOpen("sessions");
          }}
        >
          End sessions
        </MenuItem>
        <MenuItem
          tone={disabled ? "plain" : "danger"}
          disabledReason={own}
          onSelect={() => {
            setOpen("status");
          }}
        >
          {disabled ? "Enable" : "Disable"}
        </MenuItem>
      </DropdownMenu>
      <Dialog
        open={open === "role"}
        onOpenChange={close}
        title={`Role of ${name}`}
        description="A new role ends every session of the account at once."
      >
        <ActForm
          action={actions.update}
          fields={["role"]}
          submitLabel="Change role"
          receipt="Role changed."
          input={(form) => ({ id, role: textOf(form, "role") })}
        >
          {({ errors }) => (
            <RadioCards
              label="Role"
              name="role"
              defaultValue={account.role}
              error={errors("role")}
              options={accountRoles.map((value) => ({ value, ...roleWords[value] }))}
            />
          )}
        </ActForm>
      </Dialog>
      <Dialog
        open={open === "password"}
        onOpenChange={close}
        title={`New password for ${name}`}
        description="It ends every session of the account at once. Hand it over on a way that nobody else reads."
      >
        <ActForm
          action={actions.update}
          fields={["password"]}
          submitLabel="Set password"
          receipt="Password set."
          input={(form) => ({ id, password: textOf(form, "password") })}
        >
          {({ errors }) => (
            <TextField
              label="Password"
              name="password"
              type="password"
              autoComplete="new-password"
              required
              error={errors("password")}
              hint="At least 12 characters."
            />
          )}
        </ActForm>
      </Dialog>
      <LinkDialog
        account={account}
        open={open === "link"}
        onOpenChange={close}
        update={actions.update}
        findIdentities={actions.findIdentities}
      />
      <UnlinkDialog
        account={account}
        open={open === "unlink"}
        onOpenChange={close}
        update={actions.update}
      />
      <ConfirmDialog
        open={open === "sessions"}
        onOpenChange={close}
        title={`End every session of ${name}?`}
        consequence={`${plural(openSessions, "open session")}: signed out with the next click.`}
        confirmLabel="End sessions"
        receipt="Sessions ended."
        action={actions.endSessions}
        input={{ id }}
      />
      <ConfirmDialog
        open={open === "status"}
        onOpenChange={close}
        title={disabled ? `Enable ${name}?` : `Disable ${name}?`}
        tone={disabled ? "plain" : "danger"}
        action={actions.update}
        input={{ id, status: disabled ? "active" : "disabled" }}
        consequence={
          disabled
            ? "The account can sign in again."
            : `The account cannot sign in any more, and its ${plural(openSessions, "open session")} ${openSessions === 1 ? "ends" : "end"} at once.`
        }
        confirmLabel={disabled ? "Enable" : "Disable"}
        receipt={disabled ? "Enabled." : "Disabled."}
      />
    </span>
  );
}
