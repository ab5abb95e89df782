"use client";

import type { ReactElement } from "react";
import { ActionForm } from "@/components/forms/action-form";
import { CheckGroup } from "@/components/forms/check-group";
import { checkedOf, linesOf, numberOf } from "@/components/forms/form-values";
import { type Created, ShownOnceDialog } from "@/components/forms/shown-once-dialog";
import { TextField } from "@/components/ui/input";
import { TextareaField } from "@/components/ui/textarea";
import type { CreatedAcmeKey } from "@/lib/acme/schema";
import type { ServerAction } from "@/lib/auth/types";
import { CreatedKey } from "./created-key";
import type { Enrollable } from "./enrollable";

type Props = Readonly<{
  trigger: ReactElement;
  identity: Enrollable;
  rootUrl: string;
  action: ServerAction<CreatedAcmeKey>;
}>;

/** Creates an enrollment key, and shows once what a client needs. */
export function AcmeKeyDialog({ trigger, identity, rootUrl, action }: Props) {
  return (
    <ShownOnceDialog<CreatedAcmeKey>
      trigger={trigger}
      title="Create ACME key"
      description={`ACME clients create accounts for ${identity.name} with it. It creates none anymore once you are disabled or no longer an administrator; accounts that exist go on.`}
      createdTitle="ACME key created"
      createdSize="lg"
      form={(onDone) => <KeyForm identity={identity} action={action} onDone={onDone} />}
    >
      {(done) => <CreatedKey done={done} identity={identity} rootUrl={rootUrl} />}
    </ShownOnceDialog>
  );
}

function KeyForm({
  identity,
  action,
  onDone,
}: Pick<Props, "identity" | "action"> &
  Readonly<{ onDone: (done: Created<CreatedAcmeKey>) => void }>) {
  return (
    <ActionForm
      action={action}
      fields={["profiles", "names", "expiresInDays"]}
      submitLabel="Create key"
      receipt="ACME key created."
      onDone={onDone}
      input={(form) => ({
        id: identity.id,
        profiles: checkedOf(form, "profiles"),
        names: linesOf(form, "names"),
        expiresInDays: numberOf(form, "expiresInDays") ?? null,
      })}
    >
      {({ errors }) => (
        <>
          <CheckGroup
            label="Profiles"
            name="profiles"
            options={identity.profiles.map(({ slug, name }) => ({
              value: slug,
              label: name,
              hint: slug,
            }))}
            checked={[]}
            error={errors("profiles")}
            hint="Without a choice, the client chooses among all of them."
          />
          <TextareaField
            label="Names"
            name="names"
            mono
            rows={3}
            error={errors("names")}
            placeholder={identity.example}
            hint="DNS names and addresses of the identity, one a line. Leave empty for all that it holds."
          />
          <TextField
            label="Expires in (days)"
            name="expiresInDays"
            type="number"
            required
            min={1}
            max={365}
            defaultValue={30}
            error={errors("expiresInDays")}
            hint="For creating accounts. Accounts that exist go on until the key is revoked."
          />
        </>
      )}
    </ActionForm>
  );
}
