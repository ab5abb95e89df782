import { Check } from "lucide-react";
import { useId, type ComponentProps, type ReactNode } from "react";

type BoxProps = Omit<ComponentProps<"input">, "className" | "style" | "type" | "size">;

const box = "peer check-box";

/** A check mark alone; it needs an aria-label or a label around it. */
export function CheckboxMark(props: BoxProps & Readonly<{ "data-row-check"?: boolean }>) {
  return (
    <span className="relative inline-grid size-4 place-items-center">
      <input {...props} type="checkbox" className={box} />
      <Check
        aria-hidden
        strokeWidth={3}
        className="pointer-events-none absolute size-3 text-on-accent opacity-0 peer-checked:opacity-100"
      />
      <span
        aria-hidden
        className="pointer-events-none absolute h-0.5 w-2 bg-on-accent opacity-0 peer-indeterminate:opacity-100"
      />
    </span>
  );
}

/** A check mark with its label, and a hint below. */
export function Checkbox({
  label,
  hint,
  ...rest
}: BoxProps & Readonly<{ label: ReactNode; hint?: ReactNode }>) {
  const hintId = useId();
  return (
    <div className="flex items-start gap-2.5">
      <label className="flex items-start gap-2.5 text-sm">
        <span className="mt-0.5 flex">
          <CheckboxMark {...rest} aria-describedby={hint ? hintId : undefined} />
        </span>
        <span>
          <span>{label}</span>
          {hint && (
            <span id={hintId} className="block text-xs text-muted">
              {hint}
            </span>
          )}
        </span>
      </label>
    </div>
  );
}

/** An on/off setting. Inside a form it sends "on" like a checkbox. */
export function Switch({
  label,
  hint,
  ...rest
}: BoxProps & Readonly<{ label: ReactNode; hint?: ReactNode }>) {
  const hintId = useId();
  return (
    <label className="flex items-start justify-between gap-4 text-sm">
      <span>
        <span className="font-medium">{label}</span>
        {hint && (
          <span id={hintId} className="block text-xs text-muted">
            {hint}
          </span>
        )}
      </span>
      <span className="relative mt-0.5 inline-flex">
        <input
          {...rest}
          type="checkbox"
          // A native checkbox has its checked state without aria-checked.
          // oxlint-disable-next-line jsx-a11y/role-has-required-aria-props
          role="switch"
          aria-describedby={hint ? hintId : undefined}
          className="peer h-5 w-9 shrink-0 appearance-none rounded-full border border-edge bg-sunken transition-colors checked:border-accent checked:bg-accent disabled:opacity-50"
        />
        <span
          aria-hidden
          className="pointer-events-none absolute top-1 left-1 size-3 rounded-full bg-edge transition-transform peer-checked:translate-x-4 peer-checked:bg-on-accent"
        />
      </span>
    </label>
  );
}
