"use client";

import { ShieldCheck } from "lucide-react";
import { useRouter } from "next/navigation";
import { ErrorBanner } from "@/components/forms/error-banner";
import { showReceipt } from "@/components/forms/show-receipt";
import { useAction } from "@/components/forms/use-action";
import { StateBadge } from "@/components/ui/badge";
import { Banner } from "@/components/ui/banner";
import { Button } from "@/components/ui/button";
import { Card } from "@/components/ui/card";
import { Link } from "@/components/ui/link";
import { DataTable } from "@/components/ui/table";
import { Time } from "@/components/ui/time";
import type { ServerAction } from "@/lib/auth/types";
import { formatCount, plural } from "@/lib/format/count";
import type { VerificationView } from "@/lib/log/view-types";
import { checkLabels } from "./check-labels";
import { formatMilliseconds, verificationSummary } from "./state-labels";
import { usePendingWork } from "./use-pending-work";
import { useWork } from "./use-work";
import { WorkProgress } from "./work-progress";

type Props = Readonly<{
  last: VerificationView | null;
  older: readonly VerificationView[];
  size: number;
  request: ServerAction<{ id: string }>;
  /** Why it can't be requested now. */ blockedBy?: string | undefined;
}>;

/**
 * The last full verification with its checks, the earlier ones, and the progress of a running one.
 */
export function VerificationCard({ last, older, size, request, blockedBy }: Props) {
  const router = useRouter();
  const { state, pending, run } = useAction(request);
  const [pendingId, setPendingId] = usePendingWork("verification");
  const work = useWork(pendingId, () => {
    setPendingId(null);
    router.refresh();
  });
  const start = async () => {
    const answer = await run({});
    if (!answer.ok) return;
    showReceipt("Verification requested.", answer);
    setPendingId(answer.data.id);
  };
  return (
    <Card
      padding="flush"
      title="Full verification"
      description="Checks every entry, signature, index row and table. Runs nightly."
      aside={
        <Button
          size="sm"
          icon={<ShieldCheck aria-hidden />}
          loading={pending || pendingId !== null}
          disabledReason={blockedBy}
          onClick={() => {
            void start();
          }}
        >
          Verify now
        </Button>
      }
    >
      <div className="flex flex-col gap-3 px-4 pb-3">
        {state?.ok === false && <ErrorBanner failure={state} fields={[]} />}
        {pendingId !== null && (
          <WorkProgress
            label="Verification"
            work={work}
            waiting={`Waiting to verify ${plural(size, "entry", "entries")}`}
          />
        )}
        {last !== null && !last.ok && (
          <Banner tone="danger" title={verificationSummary(last)}>
            <ul className="list-disc pl-4">
              {last.problems.map((problem) => (
                <li key={problem}>{problem}</li>
              ))}
            </ul>
          </Banner>
        )}
        {last !== null && (
          <p className="text-sm">
            <Link href={`/audit/${last.seq}`}>Entry {last.seq}</Link>, <Time at={last.at} />:{" "}
            {verificationSummary(last)}, in {formatMilliseconds(last.milliseconds)}. The log was{" "}
            {last.level === "unsealed" ? "not in a checkpoint yet" : last.level}.
          </p>
        )}
        {last === null && <p className="text-sm text-muted">Not run yet.</p>}
      </div>
      {last !== null && <ChecksTable last={last} />}
      {older.length > 0 && (
        <ul
          aria-label="Earlier verifications"
          className="border-t border-border px-4 py-2.5 text-xs text-muted"
        >
          {older.map((one) => (
            <li key={one.seq} className="flex flex-wrap gap-x-2 py-0.5">
              <Link href={`/audit/${one.seq}`}>Entry {one.seq}</Link>
              <Time at={one.at} />
              <span>{verificationSummary(one)}</span>
            </li>
          ))}
        </ul>
      )}
    </Card>
  );
}

function ChecksTable({ last }: Readonly<{ last: VerificationView }>) {
  return (
    <DataTable
      bare
      caption="Checks"
      rows={last.checks}
      rowKey={({ name }) => name}
      columns={[
        {
          key: "name",
          header: "Check",
          width: "grow",
          cell: ({ name }) => (
            <span className="whitespace-normal">
              <span className="font-medium">{checkLabels[name]?.title ?? name}</span>{" "}
              <span className="text-muted">{checkLabels[name]?.description}</span>
            </span>
          ),
        },
        {
          key: "checked",
          header: "Checked",
          width: "fit",
          align: "end",
          cell: ({ checked }) => formatCount(checked),
        },
        {
          key: "problems",
          header: "Result",
          width: "fit",
          cell: ({ problems, checked }) =>
            problems > 0 ? (
              <StateBadge state="denied" label={plural(problems, "problem")} />
            ) : (
              <span className="text-muted">
                {checked === 0 ? "Nothing to check" : "No problems"}
              </span>
            ),
        },
      ]}
    />
  );
}
