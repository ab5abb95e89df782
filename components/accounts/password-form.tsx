"use client";

import { useState } from "react";
import { ActForm } from "@/components/forms/act-form";
import { textOf } from "@/components/forms/form-values";
import { showReceipt } from "@/components/forms/show-receipt";
import { TextField } from "@/components/ui/input";
import type { ServerAction } from "@/lib/auth/types";

/** Replaces one's own password. */
export function PasswordForm({ action }: Readonly<{ action: ServerAction<unknown> }>) {
  const [round, setRound] = useState(0);
  return (
    <ActForm
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
          <TextField
            label="Present password"
            name="current"
            type="password"
            required
            error={errors("current")}
            autoComplete="current-password"
          />
          <TextField
            label="New password"
            name="password"
            type="password"
            required
            error={errors("password")}
            autoComplete="new-password"
            hint="At least 12 characters. Every other session of yours ends."
          />
        </>
      )}
    </ActForm>
  );
}
