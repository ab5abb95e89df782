"use client";

import { ShieldCheck } from "lucide-react";
import { useRouter } from "next/navigation";
import { RefusalBanner } from "@/components/forms/refusal-banner";
import { showReceipt } from "@/components/forms/show-receipt";
import { useAct } from "@/components/forms/use-act";
import { StateBadge } from "@/components/ui/badge";
import { Banner } from "@/components/ui/banner";
import { Button } from "@/components/ui/button";
import { Card } from "@/components/ui/card";
import { Link } from "@/components/ui/link";
import { DataTable } from "@/components/ui/table";
import { Time } from "@/components/ui/time";
import type { ServerAction } from "@/lib/auth/types";
import { formatCount, plural } from "@/lib/format/count";
import type { VerificationView } from "@/lib/log/types-of-proof";
import { checkWords } from "./check-words";
import { secondsWords, verificationWords } from "./state-words";
import { useAsked } from "./use-asked";
import { useWork } from "./use-work";
import { WorkProgress } from "./work-progress";

type Props = Readonly<{
  last: VerificationView | null;
  older: readonly VerificationView[];
  size: number;
  request: ServerAction<{ entryId: string }>;
  /** Why it cannot be asked for now. */ blockedBy?: string | undefined;
}>;

/** The last verification of the whole log with each of its checks, those before it, and one that runs now. */
export function VerificationCard({ last, older, size, request, blockedBy }: Props) {
  const router = useRouter();
  const { state, pending, run } = useAct(request);
  const [asked, setAsked] = useAsked("verification");
  const work = useWork(asked, () => {
    setAsked(null);
    router.refresh();
  });
  const start = async () => {
    const answer = await run({});
    if (!answer.ok) return;
    showReceipt("Verification asked for.", answer);
    setAsked(answer.data.entryId);
  };
  return (
    <Card
      padding="flush"
      title="Verification of the whole log"
      description="Every entry, signature, search row and table; it runs each night."
      aside={
        <Button
          size="sm"
          icon={<ShieldCheck aria-hidden />}
          loading={pending || asked !== null}
          disabledReason={blockedBy}
          onClick={() => {
            void start();
          }}
        >
          Verify the whole log now
        </Button>
      }
    >
      <div className="flex flex-col gap-3 px-4 pb-3">
        {state?.ok === false && <RefusalBanner refusal={state} shown={[]} />}
        {asked !== null && (
          <WorkProgress
            label="Verification"
            work={work}
            waiting={`Waiting to begin on ${plural(size, "entry", "entries")}`}
          />
        )}
        {last !== null && !last.ok && (
          <Banner tone="danger" title={verificationWords(last)}>
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
            {verificationWords(last)}, in {secondsWords(last.milliseconds)}; the log was{" "}
            {last.level === "unsealed" ? "not yet sealed" : last.level}.
          </p>
        )}
        {last === null && <p className="text-sm text-muted">It has not run yet.</p>}
      </div>
      {last !== null && <ChecksTable last={last} />}
      {older.length > 0 && (
        <ul
          aria-label="Verifications before"
          className="border-t border-border px-4 py-2.5 text-xs text-muted"
        >
          {older.map((one) => (
            <li key={one.seq} className="flex flex-wrap gap-x-2 py-0.5">
              <Link href={`/audit/${one.seq}`}>Entry {one.seq}</Link>
              <Time at={one.at} />
              <span>{verificationWords(one)}</span>
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
              <span className="font-medium">{checkWords[name]?.title ?? name}</span>{" "}
              <span className="text-muted">{checkWords[name]?.means}</span>
            </span>
          ),
        },
        {
          key: "checked",
          header: "Looked at",
          width: "fit",
          align: "end",
          cell: ({ checked }) => formatCount(checked),
        },
        {
          key: "problems",
          header: "Found",
          width: "fit",
          cell: ({ problems, checked }) =>
            problems > 0 ? (
              <StateBadge state="denied" word={plural(problems, "problem")} />
            ) : (
              <span className="text-muted">{checked === 0 ? "Nothing to look at" : "Nothing"}</span>
            ),
        },
      ]}
    />
  );
}
