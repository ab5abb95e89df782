import type { Series } from "./chart-types";
import { TableToggle } from "./table-toggle";
import { toneSolid } from "./tone";

type Props = Readonly<{
  series: readonly Series[];
  asTable: boolean;
  onChange: (asTable: boolean) => void;
}>;

/** What each color of a chart stands for, and the button that shows its numbers as a table. */
export function SeriesLegend({ series, asTable, onChange }: Props) {
  return (
    <figcaption className="flex items-center justify-between gap-3 text-xs text-muted">
      <span className="flex flex-wrap gap-x-3 gap-y-1">
        {series.map(({ key, label, tone }) => (
          <span key={key} className="inline-flex items-center gap-1.5">
            <span aria-hidden className={`size-2 rounded-sm ${toneSolid[tone]}`} />
            {label}
          </span>
        ))}
      </span>
      <TableToggle asTable={asTable} onChange={onChange} />
    </figcaption>
  );
}
