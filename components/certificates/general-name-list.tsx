import type { GeneralName } from "@/lib/pki/types";
import { Nothing } from "@/components/ui/data-list";

const words: Readonly<Record<GeneralName["type"], string>> = {
  dns: "DNS",
  ip: "IP",
  email: "Mailbox",
  uri: "URI",
};

/** subjectAltNames, each with its type. */
export function GeneralNameList({ names }: Readonly<{ names: readonly GeneralName[] }>) {
  if (names.length === 0) return <Nothing />;
  return (
    <ul className="flex flex-col gap-0.5">
      {names.map(({ type, value }) => (
        <li key={`${type}-${value}`} className="flex min-w-0 gap-2">
          <span className="w-14 shrink-0 text-xs leading-5 text-muted">{words[type]}</span>
          <span className="min-w-0 font-mono text-xs leading-5 break-all">{value}</span>
        </li>
      ))}
    </ul>
  );
}
