import { useId } from "react";

type Props = Readonly<{
  label: string;
  name: string;
  options: readonly Readonly<{ value: string; label: string }>[];
  value: string;
  onChange: (value: string) => void;
}>;

/** Two to four short options side by side; native radio buttons. */
export function Segmented({ label, name, options, value, onChange }: Props) {
  const key = useId();
  return (
    <div
      role="radiogroup"
      aria-label={label}
      className="inline-flex rounded-md border border-border bg-sunken p-0.5 text-xs"
    >
      {options.map((option) => (
        <label
          key={option.value}
          className="rounded-sm px-2 py-1 text-muted has-checked:bg-raised has-checked:font-medium has-checked:text-text has-checked:shadow-card has-focus-visible:outline-2 has-focus-visible:outline-accent"
        >
          <input
            type="radio"
            name={`${key}-${name}`}
            value={option.value}
            checked={option.value === value}
            onChange={() => {
              onChange(option.value);
            }}
            className="sr-only"
          />
          {option.label}
        </label>
      ))}
    </div>
  );
}
