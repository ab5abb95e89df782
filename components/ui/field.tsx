import { CircleAlert } from "lucide-react";
import { useId, type ReactNode } from "react";

export type ControlWiring = Readonly<{
  id: string;
  "aria-describedby": string | undefined;
  "aria-invalid": true | undefined;
  "aria-required": true | undefined;
}>;

export type FieldProps = Readonly<{
  label: string;
  hint?: ReactNode;
  /** What is wrong, in sentences; shown below the control and read out with it. */
  error?: string | readonly string[] | undefined;
  required?: boolean | undefined;
  /** The label is for screen readers only. */
  hideLabel?: boolean | undefined;
  /** To the right of the label, such as a link. */
  aside?: ReactNode;
}>;

type Props = FieldProps &
  Readonly<{ children: (wiring: ControlWiring) => ReactNode; id?: string | undefined }>;

/**
 * A label, one control, its hint and its error, wired together. The child function spreads its
 * argument onto the control.
 */
export function Field({ label, hint, error, required, hideLabel, aside, children, id }: Props) {
  const generatedId = useId();
  const key = id ?? generatedId;
  const errors = typeof error === "string" ? [error] : (error ?? []);
  const hintId = hint ? `${key}-hint` : "";
  const errorId = errors.length > 0 ? `${key}-error` : "";
  return (
    <div className="flex min-w-0 flex-col gap-1.5">
      <div className={hideLabel ? "sr-only" : "flex items-baseline justify-between gap-3"}>
        <label htmlFor={key} className="text-sm font-medium">
          {label}
          {!required && !hideLabel && <span className="font-normal text-muted"> (optional)</span>}
        </label>
        {aside}
      </div>
      {children({
        id: key,
        "aria-describedby": `${errorId} ${hintId}`.trim() || undefined,
        "aria-invalid": errors.length > 0 || undefined,
        "aria-required": required || undefined,
      })}
      {errors.length > 0 && <FieldError id={errorId} messages={errors} />}
      {hint && (
        <p id={hintId} className="text-xs text-muted">
          {hint}
        </p>
      )}
    </div>
  );
}

/** The error of a control. */
export function FieldError({
  id,
  messages,
}: Readonly<{ id: string; messages: readonly string[] }>) {
  return (
    <div id={id} className="flex gap-1.5 text-xs text-revoked">
      <CircleAlert aria-hidden className="mt-0.5 size-3.5 shrink-0" />
      <div className="min-w-0 break-words">
        {messages.map((message) => (
          <p key={message}>{message}</p>
        ))}
      </div>
    </div>
  );
}

/** A group of controls under one name (radio cards, checkboxes). */
export function FieldGroup({
  label,
  hint,
  error,
  children,
}: Pick<FieldProps, "label" | "hint" | "error"> & Readonly<{ children: ReactNode }>) {
  const key = useId();
  const errors = typeof error === "string" ? [error] : (error ?? []);
  return (
    <fieldset
      className="flex min-w-0 flex-col gap-2"
      aria-describedby={hint || errors.length > 0 ? key : undefined}
    >
      <legend className="mb-1.5 text-sm font-medium">{label}</legend>
      {children}
      <div id={key} className="empty:hidden">
        {errors.length > 0 && <FieldError id={`${key}-error`} messages={errors} />}
        {hint && <p className="text-xs text-muted">{hint}</p>}
      </div>
    </fieldset>
  );
}
