"use client";

import { useShownOnce } from "@/components/forms/use-shown-once";
import { useState, type ReactElement } from "react";
import { roleLabels } from "@/components/shared/role-labels";
import { ActionForm } from "@/components/forms/action-form";
import { numberOf, textOf } from "@/components/forms/form-values";
import { entryHref, entryLabel } from "@/components/forms/show-receipt";
import { IdentityPicker } from "@/components/identities/shared/identity-picker";
import type { PickedIdentity } from "@/components/identities/shared/picked-identity";
import { Banner, Receipt } from "@/components/ui/banner";
import { Button } from "@/components/ui/button";
import { SecretLine } from "@/components/ui/secret-line";
import { Dialog, DialogClose, DialogFooter } from "@/components/ui/dialog";
import { TextField } from "@/components/ui/input";
import { Stack } from "@/components/ui/layout";
import { RadioCards } from "@/components/ui/radio-cards";
import type { ActionState, ServerAction } from "@/lib/auth/types";
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
  const [open, setOpen] = useState(false);
  const {
    done,
    setDone,
    onOpenChange: change,
  } = useShownOnce<Extract<ActionState<CreatedToken>, { ok: true }>>(setOpen);
  return (
    <Dialog
      trigger={trigger}
      open={open}
      onOpenChange={change}
      title={done ? "Token created" : "Create API token"}
      description={
        done
          ? undefined
          : "For programs that call the API. It is revoked when your account is disabled or loses the role."
      }
    >
      {done ? (
        <Secret done={done} />
      ) : (
        <TokenForm action={action} findIdentities={findIdentities} onDone={setDone} />
      )}
    </Dialog>
  );
}

function TokenForm({
  action,
  findIdentities,
  onDone,
}: Omit<Props, "trigger"> &
  Readonly<{ onDone: (done: Extract<ActionState<CreatedToken>, { ok: true }>) => void }>) {
  const [role, setRole] = useState<string>("operator");
  const [identity, setIdentity] = useState<PickedIdentity | null>(null);
  return (
    <ActionForm
      action={action}
      fields={["name", "role", "identityId", "expiresInDays"]}
      submitLabel="Create token"
      receipt="Token created."
      onDone={onDone}
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

function Secret({ done }: Readonly<{ done: Extract<ActionState<CreatedToken>, { ok: true }> }>) {
  const { secret, name } = done.data;
  return (
    <Stack>
      <Receipt entryLabel={entryLabel(done)} entryHref={entryHref(done)}>
        Token created.
      </Receipt>
      {secret === null ? (
        <Banner tone="warning" title="The secret was already shown and can’t be shown again.">
          Revoke this token and create another one.
        </Banner>
      ) : (
        <>
          <Banner tone="warning" title="Copy the secret now.">
            It won’t be shown again. Chancery stores only its hash.
          </Banner>
          <SecretLine text={secret} copyLabel={`Copy the secret of ${name}`} />
        </>
      )}
      <DialogFooter>
        <DialogClose>
          <Button variant="primary">Done</Button>
        </DialogClose>
      </DialogFooter>
    </Stack>
  );
}
