"use client";

import { CommentField } from "@/components/forms/comment-field";
import { Plus } from "lucide-react";
import { ActionForm } from "@/components/forms/action-form";
import { optionalText } from "@/components/forms/form-values";
import { NameFields } from "@/components/names/shared/name-fields";
import { useNameRows } from "@/components/names/shared/use-name-rows";
import { Button } from "@/components/ui/button";
import { Dialog } from "@/components/ui/dialog";
import type { ServerAction } from "@/lib/auth/types";
import { plural } from "@/lib/format/count";
import type { IdentityDto } from "@/lib/identities/schema";

type Props = Readonly<{
  identity: Readonly<{ id: string; name: string }>;
  action: ServerAction<IdentityDto>;
  disabledReason: string | undefined;
}>;

/** Adds names to an identity. */
export function AddNamesDialog({ identity, action, disabledReason }: Props) {
  const trigger = (
    <Button size="sm" icon={<Plus aria-hidden />} disabledReason={disabledReason}>
      Add names
    </Button>
  );
  if (disabledReason !== undefined) return trigger;
  return (
    <Dialog
      trigger={trigger}
      title={`Add names to ${identity.name}`}
      description="Its certificates can carry these names, and no other identity can get them."
    >
      <AddNamesForm identity={identity} action={action} />
    </Dialog>
  );
}

function AddNamesForm({ identity, action }: Pick<Props, "identity" | "action">) {
  const rows = useNameRows();
  const count = rows.names.length;
  return (
    <ActionForm
      action={action}
      fields={[...rows.names.flatMap((_, at) => [`names.${at}`, `add.${at}`]), "comment"]}
      submitLabel={count > 1 ? `Add ${plural(count, "name")}` : "Add name"}
      disabledReason={count === 0 ? "Enter a name first." : undefined}
      receipt={count === 1 ? "Name added." : "Names added."}
      input={(form) => ({
        id: identity.id,
        add: rows.names,
        comment: optionalText(form, "comment"),
      })}
    >
      {({ errors }) => (
        <>
          <NameFields
            label="Names"
            names={rows}
            hint="*.example.com allows one level of names. URIs that end in /* and networks such as 10.20.0.0/16 can be added by administrators."
            errors={(place) => errors(`names.${place}`) ?? errors(`add.${place}`)}
          />
          <CommentField error={errors("comment")} />
        </>
      )}
    </ActionForm>
  );
}
