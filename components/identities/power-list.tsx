import { Badge } from "@/components/ui/badge";
import { Card } from "@/components/ui/card";
import { DataList } from "@/components/ui/data-list";
import { Stack } from "@/components/ui/layout";
import { Link } from "@/components/ui/link";
import { plural } from "@/lib/format/count";
import type { IdentityPowerDto } from "@/lib/identities/schema";
import { kindLabels } from "@/components/shared/identity-kinds";
import { Certificates } from "./shared/accept-existing";

/** Each identity that others could act through, with everything that carries its power. */
export function PowerList({ items }: Readonly<{ items: readonly IdentityPowerDto[] }>) {
  return (
    <Stack>
      {items.map(({ identity, powers, existing }) => (
        <Card
          key={identity.id}
          title={identity.name}
          description={`${kindLabels[identity.kind]}, owned by ${existing.owner}.`}
          aside={
            <span className="flex items-center gap-3">
              {identity.status === "suspended" && <Badge tone="neutral">Suspended</Badge>}
              <Link href={`/identities/${identity.id}`}>View identity</Link>
            </span>
          }
        >
          <DataList
            items={[
              {
                label: "Can act as",
                value: (
                  <ul>
                    {powers.map(({ power, through }) => (
                      <li key={`${power} ${through?.id}`}>
                        {through?.kind === "account" ? (
                          <Link href={`/settings/users?q=${encodeURIComponent(through.label)}`}>
                            {through.label}
                          </Link>
                        ) : power === "ca" ? (
                          <>CA certificates for the trust domain {through?.label}</>
                        ) : (
                          <Link href="/settings/proxies">Trusted proxy, for all its clients</Link>
                        )}
                      </li>
                    ))}
                  </ul>
                ),
              },
              {
                label: "By certificate",
                value:
                  existing.counts.certificates === 0 ? null : (
                    <Certificates existing={existing} identityId={identity.id} />
                  ),
              },
              {
                label: "API tokens",
                value:
                  existing.counts.tokens === 0
                    ? null
                    : `${plural(existing.counts.tokens, "API token")}, which can’t issue or rotate its certificates${powers.some(({ power }) => power === "ca") ? ", but get CA certificates" : ""}`,
              },
              {
                label: "Networks",
                value: existing.networks.length === 0 ? "Any" : existing.networks.join(", "),
              },
            ]}
          />
        </Card>
      ))}
    </Stack>
  );
}
