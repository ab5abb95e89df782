import { cancelBulk } from "@/app/(console)/certificates/bulk/actions";
import { BulkLines } from "@/components/bulk/shared/bulk-lines";
import { BulkProgress } from "@/components/bulk/shared/bulk-progress";
import { bulkTitle } from "@/components/bulk/shared/bulk-words";
import { reasonLabels } from "@/components/certificates/shared/revocation-reasons";
import { Card } from "@/components/ui/card";
import { Stack } from "@/components/ui/layout";
import { PageHeader } from "@/components/ui/page-header";
import { Time } from "@/components/ui/time";
import { type BulkDto, type BulkLine, changesIdentities } from "@/lib/bulk/schema";
import { plural } from "@/lib/format/count";
import type { RevocationReason } from "@/lib/pki/types";

type Props = Readonly<{ bulk: BulkDto; lines: readonly BulkLine[]; mayCancel: boolean }>;

/** A bulk action: its progress and its report. */
export function BulkView({ bulk, lines, mayCancel }: Props) {
  const reason = bulk.reason && reasonLabels[bulk.reason as RevocationReason].label;
  return (
    <>
      <PageHeader
        title={bulkTitle(bulk)}
        crumbs={[
          changesIdentities(bulk.act)
            ? { label: "Identities", href: "/identities" }
            : { label: "Certificates", href: "/certificates" },
          { label: "Bulk actions", href: "/certificates/bulk" },
        ]}
        description={
          <>
            {reason && `${reason}. `}
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
