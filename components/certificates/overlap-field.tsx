"use client";

import { textOf } from "@/components/forms/form-values";
import { TextField } from "@/components/ui/input";
import { RadioCards } from "@/components/ui/radio-cards";
import { formatDuration, parseDuration } from "@/lib/format/duration";

/** The overlap that a form asks for, in seconds; undefined for the profile's own. */
export function overlapOf(form: FormData): number | undefined {
  const choice = textOf(form, "overlap");
  if (choice === "now") return 0;
  return choice === "other" ? (parseDuration(textOf(form, "length")) ?? Number.NaN) : undefined;
}

type Props = Readonly<{
  /** Of the profile. */
  overlapSeconds: number;
  choice: string;
  onChoice: (choice: string) => void;
  errors: string[] | undefined;
}>;

/** When the predecessor of a rotation is revoked. */
export function OverlapField({ overlapSeconds, choice, onChoice, errors }: Props) {
  const isOther = choice === "other";
  return (
    <>
      <RadioCards
        label="Revoke the current certificate as superseded"
        name="overlap"
        value={choice}
        onChange={onChoice}
        error={isOther ? undefined : errors}
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
      {isOther && (
        <TextField
          label="Overlap"
          name="length"
          required
          placeholder="7 days"
          error={errors && "Enter a number and a unit, such as 7 days or 12 h."}
        />
      )}
    </>
  );
}
