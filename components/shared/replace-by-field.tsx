import { TextField } from "@/components/ui/input";
import { dayMs } from "@/lib/format/time-units";

type Props = Readonly<{
  /** A day, such as 2026-11-30. */
  value: string;
  onChange: (day: string) => void;
  errors: string[] | undefined;
  now: Date;
  /** The last day that can be chosen. */
  last?: string | undefined;
  hint: string;
}>;

/** The day until the end of which a certificate is to be replaced. */
export function ReplaceByField({ value, onChange, errors, now, last, hint }: Props) {
  return (
    <TextField
      label="Replace by"
      name="replaceBy"
      type="date"
      required
      min={dayOf(now)}
      max={last}
      value={value}
      onChange={(event) => {
        onChange(event.target.value);
      }}
      error={errors}
      hint={hint}
    />
  );
}

/** The day of a time, in UTC. */
export const dayOf = (at: Date | string): string => new Date(at).toISOString().slice(0, 10);

/** In a week; or on the last day that can be chosen, if that is earlier. */
export function firstReplaceBy(now: Date, last?: string): string {
  const inAWeek = dayOf(new Date(now.getTime() + 7 * dayMs));
  return last !== undefined && last < inAWeek ? last : inAWeek;
}

/** The end of a day in UTC; undefined for a text that is no day. */
export const endOfDay = (day: string): string | undefined =>
  /^\d{4}-\d{2}-\d{2}$/.test(day) ? `${day}T23:59:59Z` : undefined;
