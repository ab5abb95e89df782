"use client";

import { ActionForm } from "@/components/forms/action-form";
import { linesOf, textOf } from "@/components/forms/form-values";
import { showReceipt } from "@/components/forms/show-receipt";
import { NameFields } from "@/components/names/shared/name-fields";
import { useNameRows } from "@/components/names/shared/use-name-rows";
import { useCloseDialog } from "@/components/ui/dialog";
import type { ServerAction } from "@/lib/auth/types";
import type { IdentityDto } from "@/lib/identities/schema";
import { IdentityFields, identityFieldNames } from "./identity-fields";

type Props = Readonly<{
  action: ServerAction<IdentityDto>;
  /** The identity to change; absent to create one. */
  identity?: IdentityDto | undefined;
  /** The initial name of a new identity. */
  name?: string | undefined;
  /** Called with the new identity instead of opening its page. */
  onCreated?: ((identity: IdentityDto) => void) | undefined;
}>;

/** Creates an identity, or changes one except for its kind. */
export function IdentityForm({ action, identity, name, onCreated }: Props) {
  const close = useCloseDialog();
  const names = useNameRows();
  const receipt = identity ? "Identity saved." : "Identity created.";
  const input = (form: FormData) => ({
    name: textOf(form, "name"),
    owner: textOf(form, "owner"),
    networks: linesOf(form, "networks"),
    note: textOf(form, "note"),
  });
  return (
    <ActionForm
      action={action}
      fields={[...identityFieldNames, ...names.names.map((_, at) => `names.${at}`)]}
      submitLabel={identity ? "Save changes" : "Create identity"}
      receipt={receipt}
      input={(form) =>
        identity
          ? { id: identity.id, ...input(form) }
          : { kind: textOf(form, "kind"), names: names.names, ...input(form) }
      }
      goTo={identity ? undefined : (done) => `/identities/${done.data.id}`}
      onDone={
        onCreated &&
        ((done) => {
          showReceipt(receipt, done);
          close();
          onCreated(done.data);
        })
      }
    >
      {({ errors }) => (
        <>
          <IdentityFields
            errors={errors}
            initial={identity ?? { name }}
            fixedKind={identity !== undefined}
          />
          {/* While a certificate is issued, its names are added with it. */}
          {!identity && !onCreated && (
            <NameFields
              label="Names (optional)"
              names={names}
              hint="Names that its certificates can carry, in addition to its own name. You can also add them later, or when you issue a certificate."
              errors={(place) => errors(`names.${place}`)}
            />
          )}
        </>
      )}
    </ActionForm>
  );
}
