import { notFound } from "next/navigation";
import { cancelBulk } from "@/app/(console)/certificates/bulk/actions";
import { nullIfNotFound } from "@/app/(console)/null-if-not-found";
import { BulkLines } from "@/components/certificates/bulk/bulk-lines";
import { BulkProgress } from "@/components/certificates/bulk/bulk-progress";
import { bulkTitle } from "@/components/certificates/bulk/bulk-words";
import { reasonLabels } from "@/components/certificates/revocation-reasons";
import { Card } from "@/components/ui/card";
import { Stack } from "@/components/ui/layout";
import { PageHeader } from "@/components/ui/page-header";
import { Time } from "@/components/ui/time";
import { scopeOf } from "@/lib/access/permissions";
import { openPage } from "@/lib/auth/page";
import { getBulkAct, listFirstLines } from "@/lib/bulk/read-bulk-acts";
import { plural } from "@/lib/format/count";
import type { RevocationReason } from "@/lib/pki/types";

export const metadata = { title: "Bulk action" };

export default async function BulkPage({ params }: Readonly<{ params: Promise<{ id: string }> }>) {
  const { id } = await params;
  const { actor, deps } = await openPage("certificates.read", {
    action: "bulk.read",
    target: { kind: "bulk", id, label: id },
  });
  const bulk = await nullIfNotFound(getBulkAct(deps, actor, id));
  if (bulk === null) notFound();
  const lines = await listFirstLines(deps, actor, id);
  const reason = bulk.reason && reasonLabels[bulk.reason as RevocationReason].label;
  return (
    <>
      <PageHeader
        title={bulkTitle(bulk)}
        crumbs={[{ label: "Certificates", href: "/certificates" }]}
        description={
          <>
            {reason && `${reason}. `}
            {bulk.comment && `${bulk.comment}. `}Started by {bulk.startedBy}{" "}
            <Time at={bulk.createdAt} />.
          </>
        }
      />
      <Stack>
        <BulkProgress
          initial={bulk}
          cancel={scopeOf(actor.role, "certificates.revoke") === "all" ? cancelBulk : null}
        />
        <Card
          title="Report"
          padding="flush"
          aside={
            bulk.total > lines.length &&
            `The first ${lines.length} of ${plural(bulk.total, "line")}. The download has all.`
          }
        >
          <BulkLines act={bulk.act} lines={lines} />
        </Card>
      </Stack>
    </>
  );
}
