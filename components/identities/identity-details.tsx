import { Card } from "@/components/ui/card";
import { DataList } from "@/components/ui/data-list";
import { Link } from "@/components/ui/link";
import { MonoId } from "@/components/ui/mono-id";
import { Time } from "@/components/ui/time";
import type { IdentityDto } from "@/lib/identities/schema";

type Props = Readonly<{
  identity: IdentityDto;
  /**
   * The account that its certificates sign in to; null for none, undefined to leave the row out.
   */
  account: Readonly<{ email: string }> | null | undefined;
}>;

/** The details of an identity. */
export function IdentityDetails({ identity, account }: Props) {
  const { valid, expired, held, revoked } = identity.certificateCounts;
  return (
    <Card title="Details">
      <DataList
        columns={2}
        items={[
          { label: "Owner", value: identity.owner },
          {
            label: "Networks",
            value:
              identity.networks.length === 0 ? (
                "All networks"
              ) : (
                <ul className="flex flex-wrap gap-x-3 font-mono text-xs leading-5">
                  {identity.networks.map((network) => (
                    <li key={network}>{network}</li>
                  ))}
                </ul>
              ),
          },
          ...(identity.note ? [{ label: "Note", value: identity.note }] : []),
          ...(account === undefined
            ? []
            : [
                {
                  label: "Signs in as",
                  value: account && (
                    <Link href={`/settings/users?q=${encodeURIComponent(account.email)}`}>
                      {account.email}
                    </Link>
                  ),
                },
              ]),
          {
            label: "Certificates",
            value: `${valid} valid, ${held} on hold, ${revoked} revoked, ${expired} expired`,
          },
          { label: "Created", value: <Time at={identity.createdAt} show="minute" /> },
          { label: "Updated", value: <Time at={identity.changedAt} show="minute" /> },
          { label: "ID", value: <MonoId value={identity.id} label="ID" kind="text" whole /> },
        ]}
      />
    </Card>
  );
}
