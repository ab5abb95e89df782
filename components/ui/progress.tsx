import { formatShare } from "@/lib/format/count";

/**
 * Progress with a label and a text. A native element, since the content security policy allows no
 * inline styles.
 */
export function Progress({
  label,
  value,
  max,
  text,
}: Readonly<{ label: string; value: number; max: number; text?: string | undefined }>) {
  return (
    <div className="flex flex-col gap-1.5 text-xs">
      <div className="flex justify-between gap-3">
        <span>{label}</span>
        <span className="text-muted">{text ?? formatShare(value, max)}</span>
      </div>
      <progress
        aria-label={label}
        value={value}
        max={max}
        className="h-1.5 w-full appearance-none overflow-hidden rounded-full bg-hover [&::-moz-progress-bar]:bg-accent [&::-webkit-progress-bar]:bg-hover [&::-webkit-progress-value]:rounded-full [&::-webkit-progress-value]:bg-accent"
      />
    </div>
  );
}
