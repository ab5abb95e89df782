import { cancelBulk } from "@/app/(console)/certificates/bulk/actions";
import { resolutionLabels } from "@/components/alerts/alert-labels";
import { BulkLines } from "@/components/bulk/shared/bulk-lines";
import { BulkProgress } from "@/components/bulk/shared/bulk-progress";
import { bulkTitle } from "@/components/bulk/shared/bulk-words";
import { reasonLabels } from "@/components/certificates/shared/revocation-reasons";
import { Card } from "@/components/ui/card";
import { Stack } from "@/components/ui/layout";
import { PageHeader } from "@/components/ui/page-header";
import { Time } from "@/components/ui/time";
import { type BulkDto, type BulkLine, nounOf } from "@/lib/bulk/schema";
import { plural } from "@/lib/format/count";
import type { RevocationReason } from "@/lib/pki/types";

type Props = Readonly<{ bulk: BulkDto; lines: readonly BulkLine[]; mayCancel: boolean }>;

const crumbs = {
  certificates: { label: "Certificates", href: "/certificates" },
  identities: { label: "Identities", href: "/identities" },
  alerts: { label: "Alerts", href: "/alerts" },
} as const;

/** A bulk action: its progress and its report. */
export function BulkView({ bulk, lines, mayCancel }: Props) {
  const reason = bulk.reason && reasonLabels[bulk.reason as RevocationReason].label;
  return (
    <>
      <PageHeader
        title={bulkTitle(bulk)}
        crumbs={[crumbs[nounOf(bulk.act)], { label: "Bulk actions", href: "/certificates/bulk" }]}
        description={
          <>
            {reason && `${reason}. `}
            {bulk.resolution !== null && `${resolutionLabels[bulk.resolution].label}. `}
            {bulk.comment && `${bulk.comment}. `}
            {bulk.replaceBy !== null && (
              <>
                To be replaced by <Time at={bulk.replaceBy} show="minute" />.{" "}
              </>
            )}
            Started by {bulk.startedBy} <Time at={bulk.createdAt} />.
          </>
        }
      />
      <Stack>
        <BulkProgress initial={bulk} cancel={mayCancel ? cancelBulk : null} />
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
