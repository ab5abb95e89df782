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

/** Any number of a few choices; the form sends each checked value under one name. */
export function CheckGroup({ label, name, options, checked, error, hint }: Props) {
  return (
    <FieldGroup label={label} hint={hint} error={error}>
      <div className="grid gap-2 sm:grid-cols-2">
        {options.map(({ value, label: word, hint: help }) => (
          <Checkbox
            key={value}
            name={name}
            value={value}
            label={word}
            hint={help}
            defaultChecked={checked.includes(value)}
            aria-invalid={error ? true : undefined}
          />
        ))}
      </div>
    </FieldGroup>
  );
}
