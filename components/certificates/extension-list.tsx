import { Badge } from "@/components/ui/badge";

export type ExtensionView = Readonly<{
  name: string;
  oid: string;
  critical: boolean;
  lines: readonly string[];
}>;

/** The extensions in plain words, each with its name and object identifier. */
export function ExtensionList({ extensions }: Readonly<{ extensions: readonly ExtensionView[] }>) {
  return (
    <dl className="grid">
      {extensions.map(({ name, oid, critical, lines }) => (
        <div
          key={oid}
          className="grid min-w-0 gap-x-4 gap-y-1 border-b border-border py-2 text-sm last:border-b-0 sm:grid-cols-[minmax(9rem,14rem)_minmax(0,1fr)]"
        >
          <dt className="min-w-0 break-words">
            {name} {critical && <Badge tone="accent">critical</Badge>}
            <span className="block font-mono text-2xs text-muted">{oid}</span>
          </dt>
          <dd className="min-w-0">
            {lines.map((line) => (
              <p key={line} className="wrap-anywhere">
                {line}
              </p>
            ))}
          </dd>
        </div>
      ))}
    </dl>
  );
}
