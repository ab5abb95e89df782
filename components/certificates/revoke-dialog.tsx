"use client";

import type { ReactElement } from "react";
import { ActForm } from "@/components/forms/act-form";
import { givenText, textOf } from "@/components/forms/form-values";
import { Button } from "@/components/ui/button";
import { Dialog, DialogClose } from "@/components/ui/dialog";
import { TextField } from "@/components/ui/input";
import { RadioCards } from "@/components/ui/radio-cards";
import { TextareaField } from "@/components/ui/textarea";
import type { ServerAction } from "@/lib/auth/types";
import type { CertificateDto, RevocationPreview } from "@/lib/certificates/schema";
import { offeredReasons, reasonWords } from "./reason-words";
import { RevocationFigures } from "./revocation-figures";

type Props = Readonly<{
  trigger: ReactElement;
  action: ServerAction<CertificateDto>;
  figures: RevocationPreview;
  name: string;
  /** It is revoked already: only the reason may be raised. */ raising?: boolean | undefined;
}>;

/** A wall clock time in UTC from the form as the schema wants it. */
function utcOf(text: string | undefined): string | undefined {
  return text === undefined ? undefined : `${text.length === 16 ? `${text}:00` : text}Z`;
}

/** Revokes for good. The consequence stands first, in figures; the safe way out is beside the act. */
export function RevokeDialog({ trigger, action, figures, name, raising = false }: Props) {
  const reasons = raising ? (["keyCompromise"] as const) : offeredReasons;
  return (
    <Dialog
      size="lg"
      trigger={trigger}
      title={raising ? `Raise the reason for ${name}?` : `Revoke ${name}?`}
      description={
        raising
          ? "The date stays as it is; the reason becomes keyCompromise."
          : "This is for good. A certificate that may return is put on hold instead."
      }
    >
      <ActForm
        action={action}
        fields={["reason", "comment", "invalidityDate"]}
        submitLabel={raising ? "Raise the reason" : "Revoke"}
        submitTone="danger"
        receipt={raising ? "Reason raised." : "Revoked."}
        beside={
          <DialogClose>
            <Button>Cancel</Button>
          </DialogClose>
        }
        input={(form) => ({
          id: figures.certificate.id,
          reason: textOf(form, "reason"),
          comment: givenText(form, "comment"),
          invalidityDate: utcOf(givenText(form, "invalidityDate")),
        })}
      >
        {({ errors }) => (
          <>
            <RevocationFigures figures={figures} />
            <RadioCards
              label="Reason"
              name="reason"
              columns={2}
              required
              error={errors("reason")}
              defaultValue={raising ? "keyCompromise" : "superseded"}
              options={reasons.map((value) => ({ value, ...reasonWords[value] }))}
            />
            <TextareaField
              label="Comment"
              name="comment"
              rows={2}
              maxLength={500}
              error={errors("comment")}
              hint="It stands on the record, not in the CRL."
            />
            <TextField
              label="Key in doubt since"
              name="invalidityDate"
              type="datetime-local"
              error={errors("invalidityDate")}
              hint="In UTC, never in the future: the invalidityDate of RFC 5280 §5.3.2. Leave it empty if you do not know."
            />
          </>
        )}
      </ActForm>
    </Dialog>
  );
}
