import type { ReactNode } from "react";
import { Checkbox } from "@/components/ui/checkbox";
import { FieldGroup } from "@/components/ui/field";

type Option = Readonly<{ value: string; label: string; hint?: string | undefined }>;
type Props = Readonly<{
  label: string;
  name: string;
  options: readonly Option[];
  checked: readonly string[];
  error: string[] | undefined;
  hint?: ReactNode;
}>;

/** Checkboxes for several options; the form sends each checked value under one name. */
export function CheckGroup({ label, name, options, checked, error, hint }: Props) {
  return (
    <FieldGroup label={label} hint={hint} error={error}>
      <div className="grid gap-2 sm:grid-cols-2">
        {options.map(({ value, label: optionLabel, hint: optionHint }) => (
          <Checkbox
            key={value}
            name={name}
            value={value}
            label={optionLabel}
            hint={optionHint}
            defaultChecked={checked.includes(value)}
            aria-invalid={error ? true : undefined}
          />
        ))}
      </div>
    </FieldGroup>
  );
}
