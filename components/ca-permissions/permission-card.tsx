import { Network } from "lucide-react";
import type { ReactNode } from "react";
import { actionColumn } from "@/components/shared/credential-columns";
import { Banner } from "@/components/ui/banner";
import { Card } from "@/components/ui/card";
import { CodeBlock } from "@/components/ui/code-block";
import { EmptyState } from "@/components/ui/empty-state";
import { Stack } from "@/components/ui/layout";
import { Link } from "@/components/ui/link";
import { DataTable, type Column } from "@/components/ui/table";
import type { ServerAction } from "@/lib/auth/types";
import type { CaPermissionDto } from "@/lib/ca-permissions/schema";
import { plural } from "@/lib/format/count";
import { PermissionState } from "./permission-state";
import { RevokePermission } from "./revoke-permission";

type Props = Readonly<{
  authorityName: string;
  items: readonly CaPermissionDto[];
  /** Absent if the reader can't revoke them. */
  revoke: ServerAction<CaPermissionDto> | undefined;
  /** The button that creates one, where the reader may. */
  create: ReactNode;
}>;

const usedText = ({ used, count }: CaPermissionDto): string =>
  `${used.toLocaleString("en")} of ${count.toLocaleString("en")}`;

const columns: readonly Column<CaPermissionDto>[] = [
  {
    key: "identity",
    header: "Identity",
    width: "grow",
    cell: (one) => (
      <>
        <span className="block truncate" title={one.identity.name}>
          <Link variant="quiet" href={`/identities/${one.identity.id}`}>
            {one.identity.name}
          </Link>
        </span>
        <span className="block truncate font-mono text-xs text-muted" title={one.trustDomain}>
          {one.trustDomain}
        </span>
        <span className="mt-1 block text-xs whitespace-normal text-muted sm:hidden">
          <PermissionState status={one.status} /> {usedText(one)} used
        </span>
      </>
    ),
  },
  {
    key: "status",
    header: "State",
    width: "fit",
    hideBelow: "sm",
    cell: ({ status }) => <PermissionState status={status} />,
  },
  {
    key: "lifetime",
    header: "Lifetime",
    width: "fit",
    hideBelow: "lg",
    cell: ({ maxDays }) => `Up to ${plural(maxDays, "day")}`,
  },
  { key: "used", header: "Used", width: "fit", hideBelow: "sm", align: "end", cell: usedText },
];

/** Which identities may get CA certificates below a CA for their own keys, and what waits. */
export function PermissionCard({ authorityName, items, revoke, create }: Props) {
  const isWaiting = items.some(({ status }) => status === "waiting");
  return (
    <Card
      title="CA permissions"
      description="For clients such as SPIRE, which run a CA below this one."
      padding="flush"
      aside={create}
    >
      {isWaiting && (
        <div className="p-4">
          <Banner title="Waiting for confirmation on the host">
            <Stack>
              <p>
                The signer signs nothing under a permission until someone with access to the host
                has confirmed it. Run this command there, and reload this page afterwards.
              </p>
              <CodeBlock label="Confirm on the host" code="npx chancery confirm" />
            </Stack>
          </Banner>
        </div>
      )}
      <DataTable
        bare
        caption={`CA permissions below ${authorityName}`}
        columns={
          revoke
            ? [
                ...columns,
                actionColumn<CaPermissionDto>((one) => (
                  <RevokePermission permission={one} action={revoke} />
                )),
              ]
            : columns
        }
        rows={items}
        rowKey={({ id }) => id}
        empty={
          <EmptyState icon={<Network aria-hidden />} title="No CA permissions yet">
            With one, an identity gets CA certificates for its trust domain by itself.
          </EmptyState>
        }
      />
    </Card>
  );
}
