import { useId, type ReactNode } from "react";
import { FieldGroup } from "./field";

export type RadioCard = Readonly<{
  value: string;
  label: string;
  hint?: ReactNode;
  aside?: ReactNode;
  disabledReason?: string | undefined;
}>;

type Props = Readonly<{
  label: string;
  name: string;
  options: readonly RadioCard[];
  defaultValue?: string | undefined;
  value?: string | undefined;
  onChange?: ((value: string) => void) | undefined;
  hint?: ReactNode;
  error?: string | readonly string[] | undefined;
  columns?: 1 | 2 | 3 | undefined;
  required?: boolean | undefined;
}>;

const grids = {
  1: "grid gap-2",
  2: "grid gap-2 @md:grid-cols-2",
  3: "grid gap-2 @md:grid-cols-2 @3xl:grid-cols-3",
} as const;

/**
 * A choice of one option, each with a hint. Native radio buttons: arrow keys move, the form sends
 * the value.
 */
export function RadioCards({
  label,
  name,
  options,
  defaultValue,
  value,
  onChange,
  hint,
  error,
  columns = 1,
  required,
}: Props) {
  const key = useId();
  return (
    <FieldGroup label={label} hint={hint} error={error}>
      <div className="@container">
        <div className={grids[columns]}>
          {options.map((option) => (
            <label
              key={option.value}
              data-tip={option.disabledReason}
              className="flex items-start gap-2.5 rounded-lg border border-border bg-raised p-3 text-sm shadow-card transition-colors hover:border-edge has-checked:border-accent has-checked:bg-accent-soft has-focus-visible:outline-2 has-focus-visible:outline-offset-2 has-focus-visible:outline-accent has-disabled:opacity-60"
            >
              <input
                type="radio"
                name={name}
                value={option.value}
                required={required}
                disabled={option.disabledReason !== undefined}
                aria-labelledby={`${key}-${option.value}`}
                aria-describedby={option.hint ? `${key}-${option.value}-hint` : undefined}
                {...(value === undefined
                  ? { defaultChecked: option.value === defaultValue }
                  : { checked: option.value === value, onChange: () => onChange?.(option.value) })}
                className="mt-0.5 size-4 shrink-0 appearance-none rounded-full border border-edge bg-raised outline-none checked:border-[5px] checked:border-accent"
              />
              <span className="min-w-0 flex-1">
                <span className="flex flex-wrap items-center justify-between gap-x-2">
                  <span id={`${key}-${option.value}`} className="font-medium">
                    {option.label}
                  </span>
                  {option.aside}
                </span>
                {option.hint && (
                  <span id={`${key}-${option.value}-hint`} className="block text-xs text-muted">
                    {option.hint}
                  </span>
                )}
              </span>
            </label>
          ))}
        </div>
      </div>
    </FieldGroup>
  );
}
