"use client";

import { Plus } from "lucide-react";
import { ActionForm } from "@/components/forms/action-form";
import { numberOf, textOf } from "@/components/forms/form-values";
import { AcceptExisting } from "@/components/identities/shared/accept-existing";
import { IdentityPicker } from "@/components/identities/shared/identity-picker";
import { usePickedIdentity } from "@/components/identities/shared/use-picked-identity";
import { Button } from "@/components/ui/button";
import { Dialog } from "@/components/ui/dialog";
import { TextField } from "@/components/ui/input";
import type { ServerAction } from "@/lib/auth/types";
import type { CaPermissionDto } from "@/lib/ca-permissions/schema";
import type { IdentityList, IdentityPowerDto } from "@/lib/identities/schema";

type Props = Readonly<{
  authority: Readonly<{ id: string; name: string }>;
  create: ServerAction<CaPermissionDto>;
  find: ServerAction<IdentityList>;
  power: ServerAction<IdentityPowerDto>;
}>;

/** Asks for a CA permission, which is then confirmed on the host. */
export function CreatePermission(props: Props) {
  return (
    <Dialog
      size="md"
      trigger={
        <Button size="sm" icon={<Plus aria-hidden />}>
          New permission
        </Button>
      }
      title={`New CA permission below ${props.authority.name}`}
      description="The identity can then get CA certificates for its own keys, and issue for the whole trust domain without Chancery. Nothing is signed before the permission is confirmed on the host."
    >
      <PermissionForm {...props} />
    </Dialog>
  );
}

function PermissionForm({ authority, create, find, power }: Props) {
  const { picked: identity, pick, acceptance, onFailure } = usePickedIdentity(power);
  return (
    <ActionForm
      action={create}
      fields={["identity", "trustDomain", "maxDays", "count"]}
      submitLabel="Create permission"
      receipt="CA permission created. Confirm it on the host."
      disabledReason={acceptance.disabledReason}
      onFailure={onFailure}
      input={(form) => ({
        identity: identity?.id ?? "",
        authority: authority.id,
        trustDomain: textOf(form, "trustDomain"),
        maxDays: numberOf(form, "maxDays") ?? null,
        count: numberOf(form, "count") ?? null,
        accepted: acceptance.digest,
      })}
    >
      {({ errors }) => (
        <>
          <IdentityPicker
            picked={identity}
            onPick={pick}
            search={find}
            create={undefined}
            error={errors("identity")}
            hint="The SPIRE server or other program that runs the CA. It must hold all of the trust domain."
          />
          <PermissionFields errors={errors} />
          {identity && (
            <AcceptExisting
              acceptance={acceptance}
              identity={identity}
              effect="get CA certificates"
            />
          )}
        </>
      )}
    </ActionForm>
  );
}

function PermissionFields({
  errors,
}: Readonly<{ errors: (name: string) => string[] | undefined }>) {
  return (
    <>
      <TextField
        label="Trust domain"
        name="trustDomain"
        mono
        required
        maxLength={253}
        placeholder="prod.example.com"
        error={errors("trustDomain")}
        hint="The host of the SPIFFE IDs, without spiffe://. Its CA can issue for all of them."
      />
      <TextField
        label="Longest lifetime (days)"
        name="maxDays"
        type="number"
        required
        min={1}
        max={366}
        defaultValue={7}
        error={errors("maxDays")}
        hint="Of one CA certificate. SPIRE asks for a new one after half of it."
      />
      <TextField
        label="Number of CA certificates"
        name="count"
        type="number"
        required
        min={1}
        max={100_000}
        defaultValue={1_000}
        error={errors("count")}
        hint="Altogether. The signer counts them, and signs no more."
      />
    </>
  );
}
