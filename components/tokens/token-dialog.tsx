"use client";

import { useState, type ReactElement } from "react";
import { roleLabels } from "@/components/shared/role-labels";
import { ActionForm } from "@/components/forms/action-form";
import { numberOf, textOf } from "@/components/forms/form-values";
import { CreatedOnce } from "@/components/forms/created-once";
import { type Created, ShownOnceDialog } from "@/components/forms/shown-once-dialog";
import { IdentityPicker } from "@/components/identities/shared/identity-picker";
import type { PickedIdentity } from "@/components/identities/shared/picked-identity";
import { SecretLine } from "@/components/ui/secret-line";
import { TextField } from "@/components/ui/input";
import { RadioCards } from "@/components/ui/radio-cards";
import type { ServerAction } from "@/lib/auth/types";
import type { IdentityList } from "@/lib/identities/schema";
import { adminTokenDays, type CreatedToken } from "@/lib/tokens/schema";

type Props = Readonly<{
  trigger: ReactElement;
  action: ServerAction<CreatedToken>;
  findIdentities: ServerAction<IdentityList>;
}>;
const roles = ["operator", "service", "auditor", "approver", "admin"] as const;

/** Creates an API token and shows its secret once. */
export function TokenDialog({ trigger, action, findIdentities }: Props) {
  return (
    <ShownOnceDialog<CreatedToken>
      trigger={trigger}
      title="Create API token"
      description="For programs that call the API. It is revoked when your account is disabled or loses the role."
      createdTitle="Token created"
      form={(onDone) => (
        <TokenForm action={action} findIdentities={findIdentities} onDone={onDone} />
      )}
    >
      {(done) => <Secret done={done} />}
    </ShownOnceDialog>
  );
}

function TokenForm({
  action,
  findIdentities,
  onDone,
}: Omit<Props, "trigger"> & Readonly<{ onDone: (done: Created<CreatedToken>) => void }>) {
  const [role, setRole] = useState<string>("operator");
  const [identity, setIdentity] = useState<PickedIdentity | null>(null);
  return (
    <ActionForm
      action={action}
      fields={["name", "role", "identityId", "expiresInDays"]}
      submitLabel="Create token"
      receipt="Token created."
      onDone={onDone}
      apiCall={(body: object) => ({ path: "/tokens", body })}
      input={(form) => ({
        name: textOf(form, "name"),
        role,
        identityId: role === "service" ? (identity?.id ?? null) : null,
        expiresInDays: numberOf(form, "expiresInDays") ?? null,
      })}
    >
      {({ errors }) => (
        <>
          <TextField
            label="Name"
            name="name"
            required
            error={errors("name")}
            autoComplete="off"
            placeholder="ci"
            hint="Name it after the program that will use it."
          />
          <RadioCards
            label="Role"
            name="role"
            value={role}
            onChange={setRole}
            error={errors("role")}
            options={roles.map((value) => ({ value, ...roleLabels[value] }))}
          />
          {role === "service" && (
            <IdentityPicker
              picked={identity}
              onPick={setIdentity}
              search={findIdentities}
              error={errors("identityId")}
            />
          )}
          <TextField
            // Another role starts with its own preset.
            key={role === "admin" ? "admin" : "other"}
            label="Expires in (days)"
            name="expiresInDays"
            type="number"
            min={1}
            defaultValue={role === "admin" ? adminTokenDays.preset : 365}
            error={errors("expiresInDays")}
            hint={
              role === "admin"
                ? `At most ${adminTokenDays.most} for an administrator token.`
                : "Leave empty for a token that never expires."
            }
          />
        </>
      )}
    </ActionForm>
  );
}

function Secret({ done }: Readonly<{ done: Created<CreatedToken> }>) {
  const { secret, name } = done.data;
  return (
    <CreatedOnce
      done={done}
      receipt="Token created."
      secretName="secret"
      hasSecret={secret !== null}
      remedy="Revoke this token and create another one."
      stored="Chancery stores only its hash."
    >
      <SecretLine text={secret ?? ""} copyLabel={`Copy the secret of ${name}`} />
    </CreatedOnce>
  );
}
