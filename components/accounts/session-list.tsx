import { ConfirmDialog } from "@/components/forms/confirm-dialog";
import { Badge } from "@/components/ui/badge";
import { Button } from "@/components/ui/button";
import { Link } from "@/components/ui/link";
import { DataTable } from "@/components/ui/table";
import { Time } from "@/components/ui/time";
import type { SessionDto } from "@/lib/accounts/schema";
import type { ServerAction } from "@/lib/auth/types";

/** The browsers that are signed in, each of which can be signed out from here. */
export function SessionList({
  sessions,
  end,
}: Readonly<{ sessions: readonly SessionDto[]; end: ServerAction<unknown> }>) {
  return (
    <DataTable
      bare
      caption="Open sessions"
      rows={sessions}
      rowKey={({ id }) => id}
      empty={<p className="px-4 py-3 text-sm text-muted">No other session.</p>}
      columns={[
        {
          key: "agent",
          header: "Browser",
          width: "grow",
          cell: ({ userAgent }) => <span data-tip={userAgent}>{userAgent || "unknown"}</span>,
        },
        {
          key: "by",
          header: "By",
          width: "fit",
          hideBelow: "sm",
          cell: ({ certificateId }) =>
            certificateId ? (
              <Link href={`/certificates/${certificateId}`}>certificate</Link>
            ) : (
              "password"
            ),
        },
        {
          key: "ip",
          header: "Address",
          width: "fit",
          hideBelow: "sm",
          cell: ({ ip }) => <span className="font-mono text-xs">{ip}</span>,
        },
        {
          key: "createdAt",
          header: "Signed in",
          width: "fit",
          cell: ({ createdAt }) => <Time at={createdAt} />,
        },
        {
          key: "expiresAt",
          header: "Ends",
          width: "fit",
          hideBelow: "md",
          cell: ({ expiresAt }) => <Time at={expiresAt} />,
        },
        {
          key: "act",
          header: "Act",
          width: "fit",
          align: "end",
          cell: ({ id, current, ip }) =>
            current ? (
              <Badge tone="accent">This one</Badge>
            ) : (
              <ConfirmDialog
                trigger={<Button size="sm">End</Button>}
                title="End this session?"
                consequence={`The browser at ${ip} is signed out with its next click.`}
                confirmLabel="End session"
                receipt="Session ended."
                action={end}
                input={{ id }}
              />
            ),
        },
      ]}
    />
  );
}
