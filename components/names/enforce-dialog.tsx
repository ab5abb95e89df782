"use client";

import { CommentField } from "@/components/forms/comment-field";
import { useRouter } from "next/navigation";
import { useState } from "react";
import { ActionForm } from "@/components/forms/action-form";
import { optionalText } from "@/components/forms/form-values";
import { Button } from "@/components/ui/button";
import { Dialog } from "@/components/ui/dialog";
import { TextField } from "@/components/ui/input";
import type { ServerAction } from "@/lib/auth/types";
import { plural } from "@/lib/format/count";
import type { NameBindingDto } from "@/lib/names/schema";

const word = "enforce";

type Props = Readonly<{
  /** How many certificates can't be renewed afterward, as the page shows it. */
  unboundCount: number;
  action: ServerAction<NameBindingDto>;
  disabledReason: string | undefined;
}>;

/** Enforces names, after a typed word. */
export function EnforceDialog({ unboundCount, action, disabledReason }: Props) {
  const trigger = (
    <Button variant="primary" size="sm" disabledReason={disabledReason}>
      Enforce names
    </Button>
  );
  if (disabledReason !== undefined) return trigger;
  return (
    <Dialog
      trigger={trigger}
      title="Enforce names?"
      description={
        unboundCount === 0
          ? "From now on, a certificate is only issued if its identity holds every name in it. This can't be undone."
          : `From now on, a certificate is only issued if its identity holds every name in it. ${plural(unboundCount, "valid certificate")} can't be renewed. This can't be undone.`
      }
    >
      <EnforceForm unboundCount={unboundCount} action={action} />
    </Dialog>
  );
}

function EnforceForm({ unboundCount, action }: Omit<Props, "disabledReason">) {
  const [typed, setTyped] = useState("");
  const router = useRouter();
  return (
    <ActionForm
      action={action}
      fields={["comment"]}
      submitLabel="Enforce names"
      submitTone="danger"
      disabledReason={typed.trim() === word ? undefined : `Type “${word}” first.`}
      receipt="Names are enforced."
      // What stops may have changed since the page was loaded.
      onFailure={() => {
        router.refresh();
      }}
      input={(form) => ({ unbound: unboundCount, comment: optionalText(form, "comment") })}
    >
      {({ errors }) => (
        <>
          <TextField
            label={`Type ${word} to continue`}
            required
            autoComplete="off"
            spellCheck={false}
            value={typed}
            onChange={(event) => {
              setTyped(event.target.value);
            }}
          />
          <CommentField error={errors("comment")} />
        </>
      )}
    </ActionForm>
  );
}
