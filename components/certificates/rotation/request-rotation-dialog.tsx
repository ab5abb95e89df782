"use client";

import { CalendarSync } from "lucide-react";
import { useState } from "react";
import { ActionForm } from "@/components/forms/action-form";
import { CommentField } from "@/components/forms/comment-field";
import { optionalText } from "@/components/forms/form-values";
import {
  dayOf,
  endOfDay,
  firstReplaceBy,
  ReplaceByField,
} from "@/components/shared/replace-by-field";
import { Button } from "@/components/ui/button";
import { Dialog } from "@/components/ui/dialog";
import type { ServerAction } from "@/lib/auth/types";
import type { CertificateDto } from "@/lib/certificates/schema";

type Props = Readonly<{
  action: ServerAction<CertificateDto>;
  certificate: Pick<CertificateDto, "id" | "notAfter">;
  name: string;
  now: Date;
}>;

/** Asks the holder of the private key to replace the certificate by a date. */
export function RequestRotationDialog({ name, ...form }: Props) {
  return (
    <Dialog
      trigger={<Button icon={<CalendarSync aria-hidden />}>Request rotation</Button>}
      title={`Request the rotation of ${name}`}
      description="Asks the holder of the private key to replace the certificate. ACME clients that ask for renewal information (ARI) get a window before the date, others renew at their usual time. Nothing is revoked."
    >
      <RequestForm {...form} />
    </Dialog>
  );
}

function RequestForm({ action, certificate: { id, notAfter }, now }: Omit<Props, "name">) {
  const last = dayOf(notAfter);
  const [day, setDay] = useState(firstReplaceBy(now, last));
  return (
    <ActionForm
      action={action}
      fields={["comment", "replaceBy"]}
      submitLabel="Request rotation"
      disabledReason={endOfDay(day) === undefined ? "Choose a date." : undefined}
      receipt="Rotation requested."
      apiCall={({ id: of, ...body }: { id: string }) => ({
        path: `/certificates/${of}/request-rotation`,
        body,
      })}
      // On its last day, a certificate expires before the day ends.
      input={(form) => ({
        id,
        replaceBy: day === last ? notAfter : endOfDay(day),
        comment: optionalText(form, "comment"),
      })}
    >
      {({ errors }) => (
        <>
          <ReplaceByField
            value={day}
            onChange={setDay}
            errors={errors("replaceBy")}
            now={now}
            last={last}
            hint="The end of the day, in UTC; at most when the certificate expires."
          />
          <CommentField
            error={errors("comment")}
            hint="Why it has to be replaced. Shown with the certificate, and recorded in the audit log."
          />
        </>
      )}
    </ActionForm>
  );
}
