import { FileKey2 } from "lucide-react";
import { notFound } from "next/navigation";
import { CertificateTable } from "@/components/certificates/certificate-table";
import { CertificateUses } from "@/components/custody/certificate-uses";
import { IdentityActions } from "@/components/identities/identity-actions";
import { IdentityState } from "@/components/identities/identity-table";
import { kindWords } from "@/components/identities/identity-words";
import { Card } from "@/components/ui/card";
import { DataList } from "@/components/ui/data-list";
import { EmptyState } from "@/components/ui/empty-state";
import { Stack } from "@/components/ui/layout";
import { Link } from "@/components/ui/link";
import { MonoId } from "@/components/ui/mono-id";
import { PageHeader } from "@/components/ui/page-header";
import { Time } from "@/components/ui/time";
import { getAccountOfIdentity } from "@/lib/accounts/get-account-of-identity";
import { openPage } from "@/lib/auth/page";
import { scopeOf } from "@/lib/auth/permissions";
import { listCertificates } from "@/lib/certificates/list-certificates";
import { listUses } from "@/lib/custody/list-uses";
import { plural } from "@/lib/format/count";
import { getIdentity } from "@/lib/identities/get-identity";
import { orNull } from "../../identity-name";
import { activate, suspend, update } from "../actions";

export const metadata = { title: "Identity" };

export default async function IdentityPage({
  params,
}: Readonly<{ params: Promise<{ id: string }> }>) {
  const { id } = await params;
  const { actor, deps } = await openPage("identities.read", {
    action: "identity.read",
    target: { kind: "identity", id, label: id },
  });
  const identity = await orNull(getIdentity(deps, actor, id));
  if (identity === null) notFound();
  const mayWatch = scopeOf(actor.role, "custody.read") !== "none";
  const [list, uses] = await Promise.all([
    listCertificates(deps, actor, { identity: id, limit: 20 }),
    mayWatch ? listUses(deps, actor, { identity: id }) : [],
  ]);
  const may = {
    write: scopeOf(actor.role, "identities.write") !== "none",
    issue: scopeOf(actor.role, "certificates.issue") !== "none",
  };
  const account =
    identity.kind === "person" && scopeOf(actor.role, "accounts.read") !== "none"
      ? await getAccountOfIdentity(deps, actor, id)
      : undefined;
  const { valid, expired, revoked } = identity.certificateCounts;
  return (
    <>
      <PageHeader
        title={identity.name}
        badge={<IdentityState status={identity.status} />}
        crumbs={[{ label: "Identities", href: "/identities" }]}
        sentence={`${kindWords[identity.kind]}, owned by ${identity.owner}.`}
        action={
          <IdentityActions identity={identity} acts={{ update, suspend, activate }} may={may} />
        }
      />
      <Stack>
        <Card title="Identity">
          <DataList
            columns={2}
            items={[
              { label: "Owner", value: identity.owner },
              {
                label: "Networks",
                value:
                  identity.networks.length === 0 ? (
                    "Anywhere"
                  ) : (
                    <ul className="flex flex-wrap gap-x-3 font-mono text-xs leading-5">
                      {identity.networks.map((network) => (
                        <li key={network}>{network}</li>
                      ))}
                    </ul>
                  ),
              },
              { label: "Note", value: identity.note },
              ...(account === undefined
                ? []
                : [
                    {
                      label: "Signs in to",
                      value: account && (
                        <Link href={`/settings/users?q=${encodeURIComponent(account.email)}`}>
                          {account.email}
                        </Link>
                      ),
                    },
                  ]),
              {
                label: "Certificates",
                value: `${valid} valid, ${expired} expired, ${revoked} revoked`,
              },
              { label: "Created", value: <Time at={identity.createdAt} show="minute" /> },
              { label: "Changed", value: <Time at={identity.changedAt} show="minute" /> },
              { label: "Id", value: <MonoId value={identity.id} label="id" kind="text" whole /> },
            ]}
          />
        </Card>
        <Card
          title="Certificates"
          padding="flush"
          aside={
            list.total.count > 20 && (
              <Link href={`/certificates?identity=${id}`}>
                All {plural(list.total.count, "certificate")}
              </Link>
            )
          }
        >
          <CertificateTable
            bare
            withIdentity={false}
            caption={`Certificates of ${identity.name}`}
            items={list.items}
            now={deps.clock.now()}
            empty={
              <EmptyState icon={<FileKey2 aria-hidden />} title="No certificate yet">
                What is issued for it appears here.
              </EmptyState>
            }
          />
        </Card>
        {mayWatch && <CertificateUses uses={uses} linked={false} />}
      </Stack>
    </>
  );
}
