"use client";

import { ActForm } from "@/components/forms/act-form";
import { textOf } from "@/components/forms/form-values";
import { TextField } from "@/components/ui/input";
import { RadioCards } from "@/components/ui/radio-cards";
import { accountRoles, type AccountDto } from "@/lib/accounts/schema";
import type { ServerAction } from "@/lib/auth/types";
import { roleWords } from "./role-words";

const names = ["email", "name", "role", "password"] as const;

/** Makes an account for a person. */
export function AccountForm({ action }: Readonly<{ action: ServerAction<AccountDto> }>) {
  return (
    <ActForm
      action={action}
      fields={names}
      submitLabel="Create user"
      receipt="User created."
      input={(form) => Object.fromEntries(names.map((name) => [name, textOf(form, name)]))}
    >
      {({ errors }) => (
        <>
          <TextField label="Name" name="name" required error={errors("name")} autoComplete="off" />
          <TextField
            label="E-mail address"
            name="email"
            type="email"
            required
            error={errors("email")}
            autoComplete="off"
            hint="It signs in with it."
          />
          <RadioCards
            label="Role"
            name="role"
            defaultValue="operator"
            error={errors("role")}
            options={accountRoles.map((value) => ({ value, ...roleWords[value] }))}
          />
          <TextField
            label="First password"
            name="password"
            type="password"
            required
            error={errors("password")}
            autoComplete="new-password"
            hint="At least 12 characters. The user changes it under “Your account”."
          />
        </>
      )}
    </ActForm>
  );
}
