"use client";

import { ActionForm } from "@/components/forms/action-form";
import { optionalText, numberOf, textOf } from "@/components/forms/form-values";
import { Banner } from "@/components/ui/banner";
import { TextField } from "@/components/ui/input";
import { RadioCards } from "@/components/ui/radio-cards";
import { SelectField, type SelectOption } from "@/components/ui/select";
import type { ServerAction } from "@/lib/auth/types";
import type { AuthorityDto } from "@/lib/authorities/schema";
import { successorName } from "./successor-name";
import { keyAlgorithmChoices } from "@/components/authorities/shared/key-algorithm-choices";

type Props = Readonly<{
  action: ServerAction<AuthorityDto>;
  parents: readonly SelectOption[];
  /** The CA that the new one is to replace: the form begins with the same settings. */
  replaces: Pick<AuthorityDto, "name" | "parentId" | "keyAlgorithm"> | null;
}>;

/**
 * Creates a CA below another one. Its key is created in the signer process and never leaves it.
 */
export function AuthorityForm({ action, parents, replaces }: Props) {
  return (
    <ActionForm
      action={action}
      fields={["name", "slug", "parentId", "keyAlgorithm", "validityYears"]}
      submitLabel="Create CA"
      receipt="CA created. It waits for confirmation on the host."
      goTo={(done) => `/authorities/${done.data.id}`}
      input={(form) => ({
        name: textOf(form, "name"),
        slug: optionalText(form, "slug"),
        parentId: textOf(form, "parentId"),
        keyAlgorithm: textOf(form, "keyAlgorithm"),
        validityYears: numberOf(form, "validityYears"),
      })}
    >
      {({ errors, pending }) => (
        <>
          <SelectField
            label="Signed by"
            name="parentId"
            required
            options={parents}
            defaultValue={replaces?.parentId ?? undefined}
            error={errors("parentId")}
            hint="The new CA can't outlive the CA that signs it."
          />
          <TextField
            label="Name"
            name="name"
            required
            error={errors("name")}
            defaultValue={replaces === null ? undefined : successorName(replaces.name)}
            placeholder="Issuing CA 2"
            hint="Used as the common name. 64 characters max."
          />
          <TextField
            label="Slug"
            name="slug"
            mono
            error={errors("slug")}
            hint="Part of the CRL and CA URLs. Can't be changed later. Derived from the name if left empty."
          />
          <RadioCards
            label="Key"
            name="keyAlgorithm"
            columns={2}
            options={keyAlgorithmChoices}
            defaultValue={replaces?.keyAlgorithm ?? "ecdsa-p256"}
            error={errors("keyAlgorithm")}
          />
          <TextField
            label="Lifetime in years"
            name="validityYears"
            type="number"
            min={1}
            max={40}
            required
            defaultValue={10}
            error={errors("validityYears")}
          />
          {pending && (
            <Banner live>
              Creating the key and planning the certificate. RSA keys take a few seconds.
            </Banner>
          )}
        </>
      )}
    </ActionForm>
  );
}
