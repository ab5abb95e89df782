"use client";

import { useShownOnce } from "@/components/forms/use-shown-once";
import { ActionForm } from "@/components/forms/action-form";
import { entryHref, entryLabel } from "@/components/forms/show-receipt";
import { Banner, Receipt } from "@/components/ui/banner";
import { Button } from "@/components/ui/button";
import { SecretLine } from "@/components/ui/secret-line";
import { Dialog, DialogClose, DialogFooter } from "@/components/ui/dialog";
import { Stack } from "@/components/ui/layout";
import { Time } from "@/components/ui/time";
import type { AccountDto, InvitedAccount } from "@/lib/accounts/schema";
import type { ActionState, ServerAction } from "@/lib/auth/types";

export type LinkCreated = Extract<ActionState<InvitedAccount>, { ok: true }>;

/** Shows a new link once, with its whole address. */
export function PasswordLink({ done, receipt }: Readonly<{ done: LinkCreated; receipt: string }>) {
  const { link, name, email, invitation } = done.data;
  const address = `${window.location.origin}${link ?? ""}`;
  const isLocal = /^(localhost|127\.|\[::1\])/.test(window.location.hostname);
  return (
    <Stack>
      <Receipt entryLabel={entryLabel(done)} entryHref={entryHref(done)}>
        {receipt}
      </Receipt>
      <Banner tone="warning" title="Copy the link now.">
        It won’t be shown again. Send it to {email} in a message that only {name} can read: the
        first person who opens it sets the password.
      </Banner>
      <SecretLine text={address} copyLabel={`Copy the link for ${name}`} />
      <p className="text-sm text-muted">
        It works once
        {invitation && (
          <>
            {" "}
            and expires <Time at={invitation.expiresAt} />
          </>
        )}
        .{" "}
        {isLocal &&
          "You opened Chancery on this machine: for a user on another one, replace the beginning with the address that they open Chancery at."}
      </p>
      <DialogFooter>
        <DialogClose>
          <Button variant="primary">Done</Button>
        </DialogClose>
      </DialogFooter>
    </Stack>
  );
}

type DialogProps = Readonly<{
  account: AccountDto;
  open: boolean;
  onOpenChange: (open: boolean) => void;
  action: ServerAction<InvitedAccount>;
}>;

/** Creates a link with which the user sets a password. */
export function PasswordLinkDialog({ account, open, onOpenChange, action }: DialogProps) {
  const { done, setDone, onOpenChange: change } = useShownOnce<LinkCreated>(onOpenChange);
  const { id, name, hasPassword, invitation } = account;
  return (
    <Dialog
      open={open}
      onOpenChange={change}
      title={done ? "Link created" : `Create a password link for ${name}`}
      description={
        done ? undefined : "The user opens it and chooses a password that only they know."
      }
    >
      {done ? (
        <PasswordLink done={done} receipt="Link created." />
      ) : (
        <ActionForm
          action={action}
          fields={[]}
          submitLabel="Create link"
          receipt="Link created."
          onDone={setDone}
          input={() => ({ id })}
        >
          {() => (
            <p className="text-sm text-muted">
              {hasPassword
                ? "The current password works until the link is used. Then all sessions of the user end. The link works for 24 hours."
                : "The link works for 7 days."}
              {invitation && " The link that you created before stops working."}
            </p>
          )}
        </ActionForm>
      )}
    </Dialog>
  );
}
