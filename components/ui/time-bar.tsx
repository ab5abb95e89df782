import clsx from "clsx";

const fills = {
  accent: "[&::-moz-progress-bar]:bg-accent [&::-webkit-progress-value]:bg-accent",
  valid: "[&::-moz-progress-bar]:bg-valid [&::-webkit-progress-value]:bg-valid",
  expiring: "[&::-moz-progress-bar]:bg-expiring [&::-webkit-progress-value]:bg-expiring",
  revoked: "[&::-moz-progress-bar]:bg-revoked [&::-webkit-progress-value]:bg-revoked",
  neutral: "[&::-moz-progress-bar]:bg-edge [&::-webkit-progress-value]:bg-edge",
} as const;
type TimeBarTone = keyof typeof fills;

/**
 * How much of a time span has passed, as a thin bar. A native element, since the content security
 * policy allows no inline styles.
 */
export function TimeBar({
  label,
  from,
  to,
  now,
  tone = "accent",
}: Readonly<{
  /** What the span is, for screen readers. */ label: string;
  from: string;
  to: string;
  now: Date;
  tone?: TimeBarTone | undefined;
}>) {
  const start = Date.parse(from);
  const length = Math.max(1, Date.parse(to) - start);
  const passed = Math.min(length, Math.max(0, now.getTime() - start));
  return (
    <progress
      aria-label={label}
      value={passed}
      max={length}
      className={clsx(
        "block h-1 w-full appearance-none overflow-hidden rounded-full bg-hover [&::-webkit-progress-bar]:bg-hover [&::-webkit-progress-value]:rounded-full",
        fills[tone],
      )}
    />
  );
}
