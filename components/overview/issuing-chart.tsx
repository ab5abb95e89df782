import { Card } from "@/components/ui/card";
import { Chart } from "@/components/ui/chart";
import { LinkedBars } from "@/components/ui/linked-bars";
import type { Overview } from "@/lib/overview/schema";

const series = [
  { key: "issued", label: "Issued", tone: "accent" },
  { key: "revoked", label: "Revoked", tone: "revoked" },
  { key: "refused", label: "Denied", tone: "denied" },
] as const;

const entriesOf = (action: string, day: string): string =>
  `/audit?action=${action}&from=${day}&to=${day}`;

/**
 * Certificates issued, revoked and denied on each of the last 30 days. For readers of the audit log,
 * each number is a link to its entries.
 */
export function IssuingChart({
  days,
  linked,
}: Pick<Overview, "days"> & Readonly<{ linked: boolean }>) {
  const label = "Certificates issued, revoked and denied per day";
  return (
    <Card title="Issuance" description="Last 30 days, in UTC">
      {linked ? (
        <LinkedBars
          label={label}
          pointLabel="Day"
          unit="certificates"
          series={series}
          bars={days.map(({ day, issued, revoked, refused }) => ({
            label: day,
            short: day.slice(5),
            values: { issued, revoked, refused },
            hrefs: {
              issued: entriesOf("certificate.issued", day),
              revoked: entriesOf("certificate.revoked", day),
              refused: entriesOf("certificate.refused", day),
            },
          }))}
        />
      ) : (
        <Chart
          label={label}
          kind="bar"
          pointLabel="Day"
          series={series}
          points={days.map(({ day, issued, revoked, refused }) => ({
            label: day.slice(5),
            values: { issued, revoked, refused },
          }))}
        />
      )}
    </Card>
  );
}
