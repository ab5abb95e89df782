import { ShieldCheck } from "lucide-react";
import { CommentDialog } from "@/components/forms/comment-dialog";
import { Badge } from "@/components/ui/badge";
import { Button } from "@/components/ui/button";
import { EmptyState } from "@/components/ui/empty-state";
import { DataTable, type Column } from "@/components/ui/table";
import { Time } from "@/components/ui/time";
import type { ExceptionDto } from "@/lib/alerts/schema";
import type { ServerAction } from "@/lib/auth/types";
import { subjectName, subjectWord } from "./alert-words";

type Shown = ExceptionDto & Readonly<{ ruleTitle: string }>;
type Props = Readonly<{
  items: readonly Shown[];
  /** Absent: this role ends none. */ end?: ServerAction<ExceptionDto> | undefined;
  caption: string;
  ended: boolean;
}>;

/** What is expected for a while: by whom, why, and until when. */
export function ExceptionTable({ items, end, caption, ended }: Props) {
  const columns: readonly Column<Shown>[] = [
    { key: "what", header: "Rule and subject", width: "grow", cell: (one) => <What {...one} /> },
    {
      key: "network",
      header: "From",
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
      header: "Why",
      width: "fit",
      hideBelow: "lg",
      cell: ({ comment }) => (
        <span title={comment} className="line-clamp-2 w-60 whitespace-normal xl:w-88">
          {comment}
        </span>
      ),
    },
    { key: "by", header: "By", hideBelow: "xl", cell: ({ createdBy }) => createdBy },
    {
      key: "until",
      header: ended ? "Ended" : "Ends",
      width: "fit",
      cell: ({ expiresAt, endedAt }) => <Time at={endedAt ?? expiresAt} />,
    },
    ...(end && !ended
      ? [
          {
            key: "end",
            header: "Act",
            width: "fit" as const,
            align: "end" as const,
            cell: (one: Shown) => <End one={one} action={end} />,
          },
        ]
      : []),
    ...(ended
      ? [
          {
            key: "how",
            header: "How",
            width: "fit" as const,
            hideBelow: "md" as const,
            cell: ({ endedAt }: Shown) => (
              <Badge>{endedAt === null ? "Ran out" : "Ended early"}</Badge>
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
          title={ended ? "None has ended" : "No exception is in force"}
        >
          {ended
            ? "What runs out or is ended stands here."
            : "Every rule watches everything. An exception is made from an alert that turned out to be expected."}
        </EmptyState>
      }
    />
  );
}

function What({ ruleTitle, subject, network, comment }: Shown) {
  const name = subjectName(subject);
  return (
    <span className="block py-0.5">
      <span className="block truncate font-medium max-sm:whitespace-normal">{ruleTitle}</span>
      <span className="block truncate text-xs text-muted" data-tip={name}>
        {subjectWord(subject.kind)} {name}
      </span>
      <span className="block text-xs text-muted whitespace-normal sm:hidden">
        {network === null ? "From anywhere" : `From ${network}`}: {comment}
      </span>
    </span>
  );
}

function End({
  one: { id, ruleTitle, subject },
  action,
}: Readonly<{ one: Shown; action: ServerAction<ExceptionDto> }>) {
  return (
    <span className="relative z-1">
      <CommentDialog
        trigger={<Button size="sm">End</Button>}
        title="End this exception now?"
        consequence={`“${ruleTitle}” raises alerts about ${subjectName(subject)} again from the next entry on.`}
        submitLabel="End the exception"
        receipt="Exception ended."
        action={action}
        fixed={{ id }}
      />
    </span>
  );
}
