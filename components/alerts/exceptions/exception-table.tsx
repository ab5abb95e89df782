import { ShieldCheck } from "lucide-react";
import { CommentDialog } from "@/components/forms/comment-dialog";
import { Badge } from "@/components/ui/badge";
import { Button } from "@/components/ui/button";
import { EmptyState } from "@/components/ui/empty-state";
import { DataTable, type Column } from "@/components/ui/table";
import { Time } from "@/components/ui/time";
import type { ExceptionDto } from "@/lib/alerts/schema";
import type { ServerAction } from "@/lib/auth/types";
import { subjectName, subjectKindLabel } from "@/components/alerts/alert-labels";

type ExceptionRow = ExceptionDto & Readonly<{ ruleTitle: string }>;
type Props = Readonly<{
  items: readonly ExceptionRow[];
  /** Absent if the role can't end exceptions. */ end?: ServerAction<ExceptionDto> | undefined;
  caption: string;
  ended: boolean;
}>;

/** Exceptions: who added them, why, and when they expire. */
export function ExceptionTable({ items, end, caption, ended }: Props) {
  const columns: readonly Column<ExceptionRow>[] = [
    {
      key: "what",
      header: "Rule and subject",
      width: "grow",
      cell: (one) => <RuleAndSubject {...one} />,
    },
    {
      key: "network",
      header: "Network",
      width: "fit",
      hideBelow: "sm",
      cell: ({ network }) =>
        network === null ? (
          <span className="text-muted">Anywhere</span>
        ) : (
          <span className="font-mono text-xs">{network}</span>
        ),
    },
    {
      key: "why",
      header: "Reason",
      width: "fit",
      hideBelow: "lg",
      cell: ({ comment }) => (
        <span title={comment} className="line-clamp-2 w-60 whitespace-normal xl:w-88">
          {comment}
        </span>
      ),
    },
    { key: "by", header: "Added by", hideBelow: "xl", cell: ({ createdBy }) => createdBy },
    {
      key: "until",
      header: ended ? "Ended" : "Expires",
      width: "fit",
      cell: ({ expiresAt, endedAt }) => <Time at={endedAt ?? expiresAt} />,
    },
    ...(end && !ended
      ? [
          {
            key: "end",
            header: "Actions",
            width: "fit" as const,
            align: "end" as const,
            cell: (one: ExceptionRow) => <EndException one={one} action={end} />,
          },
        ]
      : []),
    ...(ended
      ? [
          {
            key: "how",
            header: "Outcome",
            width: "fit" as const,
            hideBelow: "md" as const,
            cell: ({ endedAt }: ExceptionRow) => (
              <Badge>{endedAt === null ? "Expired" : "Ended early"}</Badge>
            ),
          },
        ]
      : []),
  ];
  return (
    <DataTable
      bare
      caption={caption}
      columns={columns}
      rows={items}
      rowKey={({ id }) => id}
      empty={
        <EmptyState
          icon={<ShieldCheck aria-hidden />}
          title={ended ? "No past exceptions" : "No active exceptions"}
        >
          {ended
            ? "Expired and ended exceptions appear here."
            : "All rules apply to everything. If an alert turns out to be expected, add an exception on its page."}
        </EmptyState>
      }
    />
  );
}

function RuleAndSubject({ ruleTitle, subject, network, comment }: ExceptionRow) {
  const name = subjectName(subject);
  return (
    <span className="block py-0.5">
      <span className="block truncate font-medium max-sm:whitespace-normal" title={ruleTitle}>
        {ruleTitle}
      </span>
      <span className="block truncate text-xs text-muted" data-tip={name}>
        {subjectKindLabel(subject.kind)} {name}
      </span>
      <span className="block text-xs text-muted whitespace-normal sm:hidden">
        {network === null ? "From anywhere" : `From ${network}`}: {comment}
      </span>
    </span>
  );
}

function EndException({
  one: { id, ruleTitle, subject },
  action,
}: Readonly<{ one: ExceptionRow; action: ServerAction<ExceptionDto> }>) {
  return (
    <span className="relative z-1">
      <CommentDialog
        trigger={<Button size="sm">End</Button>}
        title="End this exception now?"
        consequence={`“${ruleTitle}” raises alerts about ${subjectName(subject)} again from the next entry on.`}
        submitLabel="End exception"
        receipt="Exception ended."
        action={action}
        fixedInput={{ id }}
      />
    </span>
  );
}
