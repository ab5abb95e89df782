"use client";

import { CommentField } from "@/components/forms/comment-field";
import { useState, type ReactElement } from "react";
import { ActionForm } from "@/components/forms/action-form";
import { optionalText } from "@/components/forms/form-values";
import { Dialog } from "@/components/ui/dialog";
import { TextField } from "@/components/ui/input";
import { RadioCards } from "@/components/ui/radio-cards";
import type { ServerAction } from "@/lib/auth/types";
import type { CertificateDto, RevocationPreview } from "@/lib/certificates/schema";
import { offeredReasons, reasonLabels } from "./shared/revocation-reasons";
import { RevocationFigures } from "./revocation-figures";

type Props = Readonly<{
  trigger: ReactElement;
  action: ServerAction<CertificateDto>;
  figures: RevocationPreview;
  name: string;
  /** Already revoked: only the reason can change, to key compromise. */ changesReason?:
    | boolean
    | undefined;
  /** To be typed first: for certificates of Chancery itself. */
  typedWord?: string | undefined;
}>;

/** The UTC time of a datetime-local field in the format of the schema. */
function utcOf(text: string | undefined): string | undefined {
  return text === undefined ? undefined : `${text.length === 16 ? `${text}:00` : text}Z`;
}

function consequenceOf({ certificate: { status } }: RevocationPreview): string {
  return status === "pending" || status === "failed"
    ? "This can't be undone. The certificate was not issued, but its signature may exist: CRL and OCSP report its serial number as revoked from now on."
    : "This can't be undone. To suspend the certificate temporarily, put it on hold instead.";
}

/**
 * Revokes a certificate. Shows the consequences in numbers first.
 */
export function RevokeDialog({ trigger, ...form }: Props) {
  const { figures, name, changesReason = false } = form;
  return (
    <Dialog
      size="lg"
      trigger={trigger}
      title={changesReason ? `Change the reason for ${name}?` : `Revoke ${name}?`}
      description={
        changesReason
          ? "The revocation date stays the same. The reason becomes key compromise."
          : consequenceOf(figures)
      }
    >
      <RevokeForm {...form} />
    </Dialog>
  );
}

/** No reason is chosen at first: it is published, and relying parties may treat them differently. */
function RevokeForm({ action, figures, changesReason = false, typedWord }: Omit<Props, "trigger">) {
  const [typed, setTyped] = useState("");
  const [reason, setReason] = useState(changesReason ? "keyCompromise" : "");
  const reasons = changesReason ? (["keyCompromise"] as const) : offeredReasons;
  const isTyped = typedWord === undefined || typed.trim() === typedWord;
  return (
    <ActionForm
      action={action}
      fields={["reason", "comment", "invalidityDate"]}
      submitLabel={changesReason ? "Change reason" : "Revoke"}
      submitTone="danger"
      disabledReason={
        reason === "" ? "Choose a reason." : isTyped ? undefined : `Type “${typedWord}” first.`
      }
      receipt={changesReason ? "Reason changed." : "Revoked."}
      apiCall={({ id, ...body }: { id: string }) =>
        reason === "" ? null : { path: `/certificates/${id}/revoke`, body }
      }
      input={(form) => ({
        id: figures.certificate.id,
        reason,
        comment: optionalText(form, "comment"),
        invalidityDate: utcOf(optionalText(form, "invalidityDate")),
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
            value={reason}
            onChange={setReason}
            options={reasons.map((value) => ({ value, ...reasonLabels[value] }))}
          />
          <CommentField
            error={errors("comment")}
            hint="Recorded in the audit log, not in the CRL."
          />
          <TextField
            label="Compromised since"
            name="invalidityDate"
            type="datetime-local"
            error={errors("invalidityDate")}
            hint="In UTC, not in the future. Published as invalidityDate (RFC 5280 §5.3.2). Leave empty if unknown."
          />
          {typedWord !== undefined && (
            <TextField
              label={`Type ${typedWord} to continue`}
              autoComplete="off"
              value={typed}
              onChange={(event) => {
                setTyped(event.target.value);
              }}
              hint="Chancery itself uses this certificate. Until it has issued a new one, what relies on it fails."
            />
          )}
        </>
      )}
    </ActionForm>
  );
}
