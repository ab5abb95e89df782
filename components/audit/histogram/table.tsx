import { Link } from "@/components/ui/link";
import { ScrollBox } from "@/components/ui/scroll-box";
import { formatCount } from "@/lib/format/count";
import type { HistogramStep } from "@/lib/log/schema";
import { countOf, legend } from "./text";
import { stepText } from "@/components/audit/time-text";

type Props = Readonly<{
  steps: readonly HistogramStep[];
  stepMs: number;
  hrefOf: (step: number) => string;
}>;

/** The histogram as a table: each step with entries, a link to the list of them. */
export function HistogramTable({ steps, stepMs, hrefOf }: Props) {
  return (
    <ScrollBox label="Entries over time" className="min-h-0 flex-1 overflow-auto">
      <table className="w-full text-xs">
        <thead className="sticky top-0 bg-sunken text-left text-muted">
          <tr>
            <th scope="col" className="px-3 py-1.5 font-medium">
              Time (UTC)
            </th>
            {legend.map(({ key, label }) => (
              <th key={key} scope="col" className="px-3 py-1.5 text-right font-medium">
                {label}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {steps.map((step, n) =>
            countOf(step) === 0 ? null : (
              <tr key={step.from} className="border-t border-border">
                <th scope="row" className="px-3 py-1 text-left font-normal">
                  <Link href={hrefOf(n)}>{stepText(step.from, stepMs).replace(/ UTC$/, "")}</Link>
                </th>
                {legend.map(({ key }) => (
                  <td key={key} className="px-3 py-1 text-right">
                    {formatCount(step[key])}
                  </td>
                ))}
              </tr>
            ),
          )}
        </tbody>
      </table>
    </ScrollBox>
  );
}
