"use client";

import { useState, type ReactElement } from "react";
import { ActionForm } from "@/components/forms/action-form";
import { textOf } from "@/components/forms/form-values";
import { Dialog } from "@/components/ui/dialog";
import { FileTextField } from "@/components/ui/file-text-field";
import { TextField } from "@/components/ui/input";
import { RadioCards } from "@/components/ui/radio-cards";
import type { ServerAction } from "@/lib/auth/types";
import type { CertificateDto } from "@/lib/certificates/schema";
import { formatDuration, parseDuration } from "@/lib/format/duration";

type Props = Readonly<{
  trigger: ReactElement;
  action: ServerAction<CertificateDto>;
  id: string;
  name: string;
  overlapSeconds: number;
}>;

function overlapOf(form: FormData): number | undefined {
  const choice = textOf(form, "overlap");
  if (choice === "now") return 0;
  return choice === "other" ? (parseDuration(textOf(form, "length")) ?? Number.NaN) : undefined;
}

/**
 * Issues a successor with a new key for the same identity and profile, and schedules the revocation
 * of the predecessor.
 */
export function RotateDialog({ trigger, action, id, name, overlapSeconds }: Props) {
  const [choice, setChoice] = useState("profile");
  return (
    <Dialog
      trigger={trigger}
      title={`Rotate ${name}`}
      description="Issues a successor with a new key for the same identity and profile. Both certificates are linked."
    >
      <ActionForm
        action={action}
        fields={["csr", "overlapSeconds"]}
        submitLabel="Rotate"
        receipt="Rotated."
        goTo={(done) => `/certificates/${done.data.id}`}
        input={(form) => ({ id, csr: textOf(form, "csr"), overlapSeconds: overlapOf(form) })}
      >
        {({ errors }) => (
          <>
            <FileTextField
              label="CSR with a new key"
              name="csr"
              required
              rows={6}
              accept=".csr,.pem,.req,.p10,.der"
              fileLabel="a CSR file"
              error={errors("csr")}
              placeholder="-----BEGIN CERTIFICATE REQUEST-----"
            />
            <RadioCards
              label="Revoke the current certificate as superseded"
              name="overlap"
              value={choice}
              onChange={setChoice}
              error={choice === "other" ? undefined : errors("overlapSeconds")}
              options={[
                {
                  value: "profile",
                  label:
                    overlapSeconds === 0
                      ? "Immediately (profile default)"
                      : `After ${formatDuration(overlapSeconds)} (profile default)`,
                },
                ...(overlapSeconds === 0
                  ? []
                  : [
                      {
                        value: "now",
                        label: "Immediately",
                        hint: "Clients that still use it stop working.",
                      },
                    ]),
                { value: "other", label: "After a custom period" },
              ]}
            />
            {choice === "other" && (
              <TextField
                label="Overlap"
                name="length"
                required
                placeholder="7 days"
                error={
                  errors("overlapSeconds") && "Enter a number and a unit, such as 7 days or 12 h."
                }
              />
            )}
          </>
        )}
      </ActionForm>
    </Dialog>
  );
}
