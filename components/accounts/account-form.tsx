"use client";

import { useShownOnce } from "@/components/forms/use-shown-once";
import { useState, type ReactElement } from "react";
import { ActionForm } from "@/components/forms/action-form";
import { textOf } from "@/components/forms/form-values";
import { Dialog } from "@/components/ui/dialog";
import { Checkbox } from "@/components/ui/checkbox";
import { TextField } from "@/components/ui/input";
import { RadioCards } from "@/components/ui/radio-cards";
import { accountRoles, type InvitedAccount } from "@/lib/accounts/schema";
import type { ServerAction } from "@/lib/auth/types";
import { roleLabels } from "@/components/shared/role-labels";
import { PasswordLink, type LinkCreated } from "./password-link";

const names = ["email", "name", "role"] as const;

type Props = Readonly<{ trigger: ReactElement; action: ServerAction<InvitedAccount> }>;

/** Creates a user and shows the link with which the user sets a password. */
export function AccountDialog({ trigger, action }: Props) {
  const [open, setOpen] = useState(false);
  const { done, setDone, onOpenChange: change } = useShownOnce<LinkCreated>(setOpen);
  return (
    <Dialog
      trigger={trigger}
      open={open}
      onOpenChange={change}
      title={done ? "User created" : "Create user"}
      description={done ? undefined : "The user gets a link and chooses their own password."}
    >
      {done ? (
        <PasswordLink done={done} receipt="User created." />
      ) : (
        <AccountForm action={action} onDone={setDone} />
      )}
    </Dialog>
  );
}

function AccountForm({
  action,
  onDone,
}: Readonly<{ action: Props["action"]; onDone: (done: LinkCreated) => void }>) {
  // The email that was refused because an identity holds it: only that one can be accepted.
  const [heldEmail, setHeldEmail] = useState<string | null>(null);
  const [email, setEmail] = useState("");
  const isHeld = heldEmail !== null && heldEmail === email;
  const [accepts, setAccepts] = useState(false);
  return (
    <ActionForm
      action={action}
      fields={names}
      submitLabel="Create user"
      receipt="User created."
      onDone={onDone}
      onFailure={({ code }) => {
        if (code === "account.email-held") setHeldEmail(email);
      }}
      input={(form) => ({
        ...Object.fromEntries(names.map((name) => [name, textOf(form, name)])),
        ...(isHeld && accepts ? { acceptEmailHolders: true } : {}),
      })}
    >
      {({ errors }) => (
        <>
          <TextField label="Name" name="name" required error={errors("name")} autoComplete="off" />
          <TextField
            label="Email"
            name="email"
            type="email"
            required
            error={errors("email")}
            autoComplete="off"
            hint="Used to sign in."
            onChange={(event) => {
              setEmail(event.target.value);
              setAccepts(false);
            }}
          />
          {isHeld && (
            <Checkbox
              checked={accepts}
              onChange={(event) => {
                setAccepts(event.target.checked);
              }}
              label="Create the user anyway"
              hint="The identity keeps the name, and gets no new certificate with it until you link it to this user."
            />
          )}
          <RadioCards
            label="Role"
            name="role"
            defaultValue="operator"
            error={errors("role")}
            options={accountRoles.map((value) => ({ value, ...roleLabels[value] }))}
          />
        </>
      )}
    </ActionForm>
  );
}
