import { Card } from "@/components/ui/card";
import { Chart } from "@/components/ui/chart";
import type { Overview } from "@/lib/overview/schema";

/** Certificates issued, revoked and denied on each of the last 30 days. */
export function IssuingChart({ days }: Pick<Overview, "days">) {
  return (
    <Card title="Issuance" description="Last 30 days, in UTC">
      <Chart
        label="Certificates issued, revoked and denied per day"
        kind="bar"
        pointLabel="Day"
        series={[
          { key: "issued", label: "Issued", tone: "accent" },
          { key: "revoked", label: "Revoked", tone: "revoked" },
          { key: "refused", label: "Denied", tone: "denied" },
        ]}
        points={days.map(({ day, issued, revoked, refused }) => ({
          label: day.slice(5),
          values: { issued, revoked, refused },
        }))}
      />
    </Card>
  );
}
