import { Card } from "@/components/ui/card";
import { LinkedBars } from "@/components/ui/linked-bars";
import type { DeniedDay } from "@/lib/overview/schema";

/** What was denied on each of the last thirty days: requests, sign-ins, certificates. */
export function DeniedChart({ days }: Readonly<{ days: readonly DeniedDay[] }>) {
  return (
    <Card title="Denials" description="Requests, sign-ins and certificates denied per day, in UTC">
      <LinkedBars
        label="Denials per day"
        pointLabel="Day"
        unit="denied"
        series={[{ key: "denied", label: "Denied", tone: "denied" }]}
        bars={days.map(({ day, denied }) => ({
          label: day,
          short: day.slice(5),
          values: { denied },
          href: `/audit?outcome=denied&from=${day}&to=${day}`,
        }))}
      />
    </Card>
  );
}
