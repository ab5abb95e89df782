"use client";

import { useState } from "react";
import { ActionForm } from "@/components/forms/action-form";
import { textOf } from "@/components/forms/form-values";
import { showReceipt } from "@/components/forms/show-receipt";
import { PasswordField } from "@/components/ui/password-field";
import type { ServerAction } from "@/lib/auth/types";

/** Changes the password of the signed-in user. */
export function PasswordForm({ action }: Readonly<{ action: ServerAction<unknown> }>) {
  const [round, setRound] = useState(0);
  return (
    <ActionForm
      key={round}
      action={action}
      fields={["current", "password"]}
      submitLabel="Change password"
      receipt="Password changed."
      onDone={(done) => {
        showReceipt("Password changed.", done);
        setRound(round + 1);
      }}
      input={(form) => ({ current: textOf(form, "current"), password: textOf(form, "password") })}
    >
      {({ errors }) => (
        <>
          <PasswordField
            label="Current password"
            name="current"
            required
            error={errors("current")}
            autoComplete="current-password"
          />
          <PasswordField
            label="New password"
            name="password"
            required
            error={errors("password")}
            autoComplete="new-password"
            hint="At least 12 characters. Changing it signs you out of all other sessions."
          />
        </>
      )}
    </ActionForm>
  );
}
