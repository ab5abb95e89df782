import { DataList } from "@/components/ui/data-list";
import { Link } from "@/components/ui/link";
import { Muted } from "@/components/ui/layout";
import type { PolicyRule } from "@/lib/policies/schema";
import { kindPlurals, type IdentityNames } from "./policy-labels";

/** All parts of a rule, read-only. */
export function RuleDetails({ rule, names }: Readonly<{ rule: PolicyRule; names: IdentityNames }>) {
  const any = <Muted>Any</Muted>;
  const mono = (lines: readonly string[]) =>
    lines.length === 0 ? (
      any
    ) : (
      <ul className="font-mono text-xs leading-5">
        {lines.map((line) => (
          <li key={line} className="break-all">
            {line}
          </li>
        ))}
      </ul>
    );
  return (
    <DataList
      items={[
        ...(rule.preflight === true
          ? [{ label: "Requests", value: "CORS preflights, without a certificate" }]
          : []),
        {
          label: "Identities",
          value:
            rule.identities.length === 0 ? (
              any
            ) : (
              <ul>
                {rule.identities.map((id) => (
                  <li key={id}>
                    <Link href={`/identities/${id}`}>{names[id]?.name ?? id}</Link>
                  </li>
                ))}
              </ul>
            ),
        },
        { label: "Kinds", value: rule.kinds.map((kind) => kindPlurals[kind]).join(", ") || any },
        { label: "Profiles", value: rule.profiles.join(", ") || any },
        { label: "Methods", value: mono(rule.methods) },
        { label: "Paths", value: mono(rule.paths) },
        { label: "Networks", value: mono(rule.networks) },
      ]}
    />
  );
}
