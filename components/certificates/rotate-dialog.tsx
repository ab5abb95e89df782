"use client";

import { useState, type ReactElement } from "react";
import { ActForm } from "@/components/forms/act-form";
import { textOf } from "@/components/forms/form-values";
import { Button } from "@/components/ui/button";
import { Dialog, DialogClose } from "@/components/ui/dialog";
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

/** Makes a successor with a new key for the same identity and profile, and says what becomes of the predecessor. */
export function RotateDialog({ trigger, action, id, name, overlapSeconds }: Props) {
  const [choice, setChoice] = useState("profile");
  return (
    <Dialog
      trigger={trigger}
      title={`Rotate ${name}`}
      description="A successor with a new key, for the same identity and by the same profile. Both are linked."
    >
      <ActForm
        action={action}
        fields={["csr", "overlapSeconds"]}
        submitLabel="Rotate"
        receipt="Rotated."
        goTo={(done) => `/certificates/${done.data.id}`}
        beside={
          <DialogClose>
            <Button>Cancel</Button>
          </DialogClose>
        }
        input={(form) => ({ id, csr: textOf(form, "csr"), overlapSeconds: overlapOf(form) })}
      >
        {({ errors }) => (
          <>
            <FileTextField
              label="Signing request with a new key"
              name="csr"
              required
              rows={6}
              accept=".csr,.pem,.req,.p10,.der"
              fileWord="a CSR file"
              error={errors("csr")}
              placeholder="-----BEGIN CERTIFICATE REQUEST-----"
            />
            <RadioCards
              label="The predecessor is revoked as superseded"
              name="overlap"
              value={choice}
              onChange={setChoice}
              error={choice === "other" ? undefined : errors("overlapSeconds")}
              options={[
                {
                  value: "profile",
                  label:
                    overlapSeconds === 0
                      ? "At once, as the profile says"
                      : `After ${formatDuration(overlapSeconds)}, as the profile says`,
                },
                ...(overlapSeconds === 0
                  ? []
                  : [
                      { value: "now", label: "At once", hint: "What still uses it stops working." },
                    ]),
                { value: "other", label: "After another time" },
              ]}
            />
            {choice === "other" && (
              <TextField
                label="Overlap"
                name="length"
                required
                placeholder="7 days"
                error={
                  errors("overlapSeconds") && "Write a number and a unit, such as 7 days or 12 h."
                }
              />
            )}
          </>
        )}
      </ActForm>
    </Dialog>
  );
}
