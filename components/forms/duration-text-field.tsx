import type { ReactNode } from "react";
import { TextField } from "@/components/ui/input";
import { formatDuration, parseDuration } from "@/lib/format/duration";

type Props = Readonly<{
  label: string;
  name: string;
  seconds: number;
  error: string[] | undefined;
  hint?: ReactNode;
}>;

const notALength = "Write a number and a unit, such as 90 days, 12 h or 1 year.";

/** The seconds that stand in a field as text; what is no length of time comes back as NaN, so that the schema refuses it at its place. */
export function secondsOf(text: string): number {
  return parseDuration(text) ?? Number.NaN;
}

/** A length of time as people write it. */
export function DurationTextField({ label, name, seconds, error, hint }: Props) {
  const shown = error?.map((message) => (message.includes("NaN") ? notALength : message));
  return (
    <TextField
      label={label}
      name={name}
      required
      defaultValue={formatDuration(seconds)}
      error={shown}
      hint={hint}
      autoComplete="off"
    />
  );
}
