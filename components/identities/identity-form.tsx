"use client";

import { ActForm } from "@/components/forms/act-form";
import { linesOf, textOf } from "@/components/forms/form-values";
import type { ServerAction } from "@/lib/auth/types";
import type { IdentityDto } from "@/lib/identities/schema";
import { IdentityFields, identityFieldNames } from "./identity-fields";

/** Makes an identity, or changes one (its kind stays). */
export function IdentityForm({
  action,
  identity,
}: Readonly<{ action: ServerAction<IdentityDto>; identity?: IdentityDto | undefined }>) {
  const input = (form: FormData) => ({
    name: textOf(form, "name"),
    owner: textOf(form, "owner"),
    networks: linesOf(form, "networks"),
    note: textOf(form, "note"),
  });
  return (
    <ActForm
      action={action}
      fields={identityFieldNames}
      submitLabel={identity ? "Save" : "Create identity"}
      receipt={identity ? "Saved." : "Identity created."}
      input={(form) =>
        identity
          ? { id: identity.id, ...input(form) }
          : { kind: textOf(form, "kind"), ...input(form) }
      }
      goTo={identity ? undefined : (done) => `/identities/${done.data.id}`}
    >
      {({ errors }) => (
        <IdentityFields errors={errors} given={identity} fixedKind={identity !== undefined} />
      )}
    </ActForm>
  );
}
