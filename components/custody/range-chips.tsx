import { listHref, type Params } from "@/components/filters/list-href";
import { ChipLink, ChipRow } from "@/components/ui/chip";

export const ranges = [
  { hours: 1, label: "Last hour" },
  { hours: 24, label: "24 hours" },
  { hours: 168, label: "7 days" },
  { hours: 720, label: "30 days" },
] as const;
export type Hours = (typeof ranges)[number]["hours"];

/** The period that a page covers; it is part of the URL. */
export function RangeChips({
  path,
  params,
  hours,
}: Readonly<{ path: string; params: Params; hours: Hours }>) {
  return (
    <ChipRow label="Time">
      {ranges.map((range) => (
        <ChipLink
          key={range.hours}
          href={listHref(path, params, {
            hours: range.hours === 24 ? null : String(range.hours),
          })}
          active={range.hours === hours}
        >
          {range.label}
        </ChipLink>
      ))}
    </ChipRow>
  );
}
