import { ChartColumn, Table2, type LucideIcon } from "lucide-react";
import { IconButton } from "./button";

type Props = Readonly<{
  asTable: boolean;
  onChange: (asTable: boolean) => void;
  /** What is drawn if it is not a table: a chart by default. */
  drawn?: Readonly<{ name: string; icon: LucideIcon }>;
}>;

/** Switches between a drawing and a table of the same. */
export function TableToggle({
  asTable,
  onChange,
  drawn: { name, icon: Icon } = { name: "chart", icon: ChartColumn },
}: Props) {
  return (
    <IconButton
      size="sm"
      aria-pressed={asTable}
      label={asTable ? `Show as ${name}` : "Show as table"}
      icon={asTable ? <Icon aria-hidden /> : <Table2 aria-hidden />}
      onClick={() => {
        onChange(!asTable);
      }}
    />
  );
}
