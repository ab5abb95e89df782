"use client";

import { ActForm } from "@/components/forms/act-form";
import { givenText, numberOf, textOf } from "@/components/forms/form-values";
import { Banner } from "@/components/ui/banner";
import { TextField } from "@/components/ui/input";
import { RadioCards } from "@/components/ui/radio-cards";
import { SelectField, type SelectOption } from "@/components/ui/select";
import type { ServerAction } from "@/lib/auth/types";
import type { AuthorityDto } from "@/lib/authorities/schema";
import { algorithmChoices } from "./algorithm-choices";

/** Makes an authority below another one. Its key is made in the signer process and never leaves it. */
export function AuthorityForm({
  action,
  parents,
}: Readonly<{ action: ServerAction<AuthorityDto>; parents: readonly SelectOption[] }>) {
  return (
    <ActForm
      action={action}
      fields={["name", "slug", "parentId", "keyAlgorithm", "validityYears"]}
      submitLabel="Create authority"
      receipt="Authority created."
      goTo={(done) => `/authorities/${done.data.id}`}
      input={(form) => ({
        name: textOf(form, "name"),
        slug: givenText(form, "slug"),
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
            error={errors("parentId")}
            hint="It cannot outlive the authority that signs it."
          />
          <TextField
            label="Name"
            name="name"
            required
            error={errors("name")}
            placeholder="Issuing CA 2"
            hint="Its common name, at most 64 characters."
          />
          <TextField
            label="Slug"
            name="slug"
            mono
            error={errors("slug")}
            hint="Stands in CRL and CA addresses and never changes. Made of the name if left empty."
          />
          <RadioCards
            label="Key"
            name="keyAlgorithm"
            columns={2}
            options={algorithmChoices}
            defaultValue="ecdsa-p256"
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
              The key is being made in the signer process, then the certificate is signed and the
              first CRL published. RSA keys take a few seconds.
            </Banner>
          )}
        </>
      )}
    </ActForm>
  );
}
