"use client";

import { Card } from "@/components/ui/card";
import { Chart, type Point } from "@/components/ui/chart";
import { useClock } from "@/components/ui/clock";
import type { CustodyView } from "@/lib/custody/types";
import { formatMinute } from "@/lib/format/time";

type Props = Pick<CustodyView, "outcomes" | "hours">;

/** Requests are counted by the hour; a longer time is drawn in wider steps. */
const steps: Readonly<Record<number, string>> = { 1: "This hour and the one before", 24: "By the hour", 168: "By six hours", 720: "By the day" };

/** Requests by how they ended, over the time looked at. */
export function OutcomeChart({ outcomes, hours }: Props) {
  const { zone } = useClock();
  const points = outcomes.map(({ at, allowed, denied, failed }): Point => ({ label: labelOf(at, hours, zone), values: { allowed, denied, failed } }));
  return (
    <Card title="Requests" description={`${steps[hours] ?? "By the hour"}, in ${zone === "UTC" ? "UTC" : "local time"}.`}>
      <Chart label="Requests allowed, refused and failed over time" kind="bar" pointWord={hours > 168 ? "Day" : "Time"} points={points}
        series={[{ key: "allowed", label: "Allowed", tone: "accent" }, { key: "denied", label: "Refused", tone: "denied" }, { key: "failed", label: "Failed", tone: "expiring" }]} />
    </Card>
  );
}

/** "14:05" within a day, "11-22 14:00" within a week, "11-22" beyond. */
function labelOf(at: string, hours: number, zone: string): string {
  const whole = formatMinute(at, zone), time = /\d{2}:\d{2}/.exec(whole)?.[0] ?? whole;
  if (hours <= 24) return time;
  return hours > 168 ? whole.slice(5, 10) : `${whole.slice(5, 10)} ${time}`;
}
