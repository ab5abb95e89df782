"use client";

import { ActionForm } from "@/components/forms/action-form";
import { textOf } from "@/components/forms/form-values";
import { Button } from "@/components/ui/button";
import { Dialog } from "@/components/ui/dialog";
import { TextField } from "@/components/ui/input";
import type { ServerAction } from "@/lib/auth/types";

/** Changes the name of the signed-in user. */
export function NameDialog({
  name,
  action,
}: Readonly<{ name: string; action: ServerAction<unknown> }>) {
  return (
    <Dialog
      title="Change your name"
      description="Other users see it. You still sign in with your email, and entries name you by it."
      trigger={<Button size="sm">Change name</Button>}
    >
      <ActionForm
        action={action}
        fields={["name"]}
        submitLabel="Change name"
        receipt="Name changed."
        input={(form) => ({ name: textOf(form, "name") })}
      >
        {({ errors }) => (
          <TextField
            label="Name"
            name="name"
            required
            defaultValue={name}
            error={errors("name")}
            autoComplete="name"
          />
        )}
      </ActionForm>
    </Dialog>
  );
}
