import { nameTypeLabels } from "@/components/names/shared/name-text";
import { EmptyValue } from "@/components/ui/data-list";

type Props = Readonly<{ names: readonly Readonly<{ type: string; value: string }>[] }>;

/** Names of a certificate, each with its type. */
export function GeneralNameList({ names }: Props) {
  if (names.length === 0) return <EmptyValue />;
  return (
    <ul className="flex flex-col gap-0.5">
      {names.map(({ type, value }) => (
        <li key={`${type}-${value}`} className="flex min-w-0 gap-x-2 max-sm:flex-wrap">
          <span className="w-14 shrink-0 text-xs leading-5 text-muted">
            {nameTypeLabels[type as keyof typeof nameTypeLabels]}
          </span>
          <span className="min-w-0 font-mono text-xs leading-5 break-all">{value}</span>
        </li>
      ))}
    </ul>
  );
}
