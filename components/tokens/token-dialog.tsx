"use client";

import { useRouter } from "next/navigation";
import { useState, type ReactElement } from "react";
import { roleWords } from "@/components/accounts/role-words";
import { ActForm } from "@/components/forms/act-form";
import { numberOf, textOf } from "@/components/forms/form-values";
import { entryHref, entryLabel } from "@/components/forms/show-receipt";
import { IdentityPicker, type PickedIdentity } from "@/components/identities/identity-picker";
import { Banner, Receipt } from "@/components/ui/banner";
import { Button } from "@/components/ui/button";
import { CopyButton } from "@/components/ui/copy-button";
import { Dialog, DialogClose, DialogFooter } from "@/components/ui/dialog";
import { TextField } from "@/components/ui/input";
import { Stack } from "@/components/ui/layout";
import { RadioCards } from "@/components/ui/radio-cards";
import type { ActionState, ServerAction } from "@/lib/auth/types";
import type { IdentityList } from "@/lib/identities/schema";
import type { CreatedToken } from "@/lib/tokens/schema";

type Props = Readonly<{
  trigger: ReactElement;
  action: ServerAction<CreatedToken>;
  findIdentities: ServerAction<IdentityList>;
}>;
const roles = ["operator", "service", "auditor", "approver", "admin"] as const;

/** Makes an API token and shows its secret, once. */
export function TokenDialog({ trigger, action, findIdentities }: Props) {
  const [open, setOpen] = useState(false);
  const [done, setDone] = useState<Extract<ActionState<CreatedToken>, { ok: true }> | null>(null);
  const router = useRouter();
  const change = (next: boolean) => {
    setOpen(next);
    if (!next && done) {
      setDone(null);
      router.refresh();
    }
  };
  return (
    <Dialog
      trigger={trigger}
      open={open}
      onOpenChange={change}
      title={done ? "Token created" : "New token"}
      description={done ? undefined : "For programs that use the API."}
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
    <ActForm
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
            hint="After what will use it."
          />
          <RadioCards
            label="Role"
            name="role"
            value={role}
            onChange={setRole}
            error={errors("role")}
            options={roles.map((value) => ({ value, ...roleWords[value] }))}
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
            label="Ends after days"
            name="expiresInDays"
            type="number"
            min={1}
            defaultValue={365}
            error={errors("expiresInDays")}
            hint="Empty for a token without an end."
          />
        </>
      )}
    </ActForm>
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
        <Banner tone="warning" title="The secret was shown before and is kept nowhere.">
          Revoke this token and make another one.
        </Banner>
      ) : (
        <>
          <Banner tone="warning" title="Copy the secret now.">
            It is shown once and kept nowhere: only its hash is stored.
          </Banner>
          <div className="flex items-center gap-2 rounded-lg border border-border bg-sunken p-3">
            <code data-secret className="min-w-0 flex-1 font-mono text-xs break-all">
              {secret}
            </code>
            <CopyButton text={secret} label={`Copy the secret of ${name}`} />
          </div>
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
