import { ChipLink, ChipRow } from "@/components/ui/chip";

export const ranges = [
  { hours: 1, label: "Last hour" },
  { hours: 24, label: "24 hours" },
  { hours: 168, label: "7 days" },
  { hours: 720, label: "30 days" },
] as const;
export type Hours = (typeof ranges)[number]["hours"];

/** The period that a page covers; it is part of the URL. */
export function RangeChips({ path, hours }: Readonly<{ path: string; hours: Hours }>) {
  return (
    <ChipRow label="Time">
      {ranges.map((range) => (
        <ChipLink
          key={range.hours}
          href={range.hours === 24 ? path : `${path}?hours=${range.hours}`}
          active={range.hours === hours}
        >
          {range.label}
        </ChipLink>
      ))}
    </ChipRow>
  );
}
