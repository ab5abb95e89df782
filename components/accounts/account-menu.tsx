"use client";

import { MoreHorizontal } from "lucide-react";
import { useState } from "react";
import { IconButton } from "@/components/ui/button";
import { DropdownMenu, MenuItem } from "@/components/ui/dropdown-menu";
import type { AccountDto, InvitedAccount } from "@/lib/accounts/schema";
import type { ServerAction } from "@/lib/auth/types";
import type { IdentityList, IdentityPowerDto } from "@/lib/identities/schema";
import type { TokenList } from "@/lib/tokens/schema";
import {
  CancelLinkDialog,
  RemovePasswordDialog,
  RoleDialog,
  SignOutDialog,
  StatusDialog,
} from "./account-dialogs";
import { LinkDialog, UnlinkDialog } from "./link-dialog";
import { PasswordLinkDialog } from "./password-link";

export type AccountActions = Readonly<{
  update: ServerAction<AccountDto>;
  endSessions: ServerAction<unknown>;
  invite: ServerAction<InvitedAccount>;
  cancelLink: ServerAction<unknown>;
  findIdentities: ServerAction<IdentityList>;
  power: ServerAction<IdentityPowerDto>;
  listTokens: ServerAction<TokenList>;
}>;
type Open =
  | "role"
  | "password"
  | "cancel"
  | "remove"
  | "status"
  | "sessions"
  | "link"
  | "unlink"
  | null;

/** The actions for one user. Users can't change their own role or state. */
export function AccountMenu({
  account,
  self,
  actions,
}: Readonly<{ account: AccountDto; self: boolean; actions: AccountActions }>) {
  const [open, setOpen] = useState<Open>(null);
  const ownReason = self ? "You can’t change your own role or state." : undefined;
  const close = (next: boolean) => {
    if (!next) setOpen(null);
  };
  const { name, status, openSessions, identity } = account;
  const disabled = status === "disabled";
  return (
    <span className="relative z-1 inline-flex">
      <DropdownMenu
        label={`Actions for ${name}`}
        trigger={
          <IconButton
            size="sm"
            label={`Actions for ${name}`}
            icon={<MoreHorizontal aria-hidden />}
          />
        }
      >
        <MenuItem
          disabledReason={ownReason}
          onSelect={() => {
            setOpen("role");
          }}
        >
          Change role
        </MenuItem>
        <MenuItem
          disabledReason={linkReason(self, disabled)}
          onSelect={() => {
            setOpen("password");
          }}
        >
          {account.hasPassword ? "Create password link" : "Create new invitation"}
        </MenuItem>
        {account.invitation && (
          <MenuItem
            onSelect={() => {
              setOpen("cancel");
            }}
          >
            Cancel password link
          </MenuItem>
        )}
        <MenuItem
          onSelect={() => {
            setOpen("link");
          }}
        >
          Certificate sign-in
        </MenuItem>
        {identity && account.hasPassword && (
          <MenuItem
            onSelect={() => {
              setOpen("remove");
            }}
          >
            Turn off password
          </MenuItem>
        )}
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
          disabledReason={openSessions === 0 ? "This user isn’t signed in." : undefined}
          onSelect={() => {
            setOpen("sessions");
          }}
        >
          Sign out all sessions
        </MenuItem>
        <MenuItem
          tone={disabled ? "plain" : "danger"}
          disabledReason={ownReason}
          onSelect={() => {
            setOpen("status");
          }}
        >
          {disabled ? "Enable" : "Disable"}
        </MenuItem>
      </DropdownMenu>
      <AccountDialogs account={account} open={open} close={close} actions={actions} />
    </span>
  );
}

/** Why no link can be created. */
function linkReason(self: boolean, disabled: boolean): string | undefined {
  if (self) return "Change your own password on the “Your account” page.";
  return disabled ? "Enable this user first." : undefined;
}

type DialogsProps = Readonly<{
  account: AccountDto;
  open: Open;
  close: (next: boolean) => void;
  actions: AccountActions;
}>;

function AccountDialogs({ account, open, close, actions }: DialogsProps) {
  const { update, listTokens } = actions;
  const dialog = { onOpenChange: close, action: update, listTokens };
  return (
    <>
      <RoleDialog account={account} open={open === "role"} power={actions.power} {...dialog} />
      <PasswordLinkDialog
        account={account}
        open={open === "password"}
        onOpenChange={close}
        action={actions.invite}
      />
      <RemovePasswordDialog account={account} open={open === "remove"} {...dialog} />
      <CancelLinkDialog
        account={account}
        open={open === "cancel"}
        onOpenChange={close}
        action={actions.cancelLink}
      />
      <LinkDialog account={account} open={open === "link"} onOpenChange={close} {...actions} />
      <UnlinkDialog
        account={account}
        open={open === "unlink"}
        onOpenChange={close}
        update={actions.update}
      />
      <SignOutDialog
        account={account}
        open={open === "sessions"}
        onOpenChange={close}
        action={actions.endSessions}
      />
      <StatusDialog account={account} open={open === "status"} {...dialog} />
    </>
  );
}
