import { ConfirmDialog } from "@/components/forms/confirm-dialog";
import { Badge } from "@/components/ui/badge";
import { Button } from "@/components/ui/button";
import { Link } from "@/components/ui/link";
import { DataTable } from "@/components/ui/table";
import { Time } from "@/components/ui/time";
import type { SessionDto } from "@/lib/accounts/schema";
import type { ServerAction } from "@/lib/auth/types";
import { describeUserAgent } from "@/lib/format/user-agent";

/** The browsers that are signed in, each with a way to sign it out. */
export function SessionList({
  sessions,
  end,
}: Readonly<{ sessions: readonly SessionDto[]; end: ServerAction<unknown> }>) {
  return (
    <DataTable
      bare
      caption="Sessions"
      rows={sessions}
      rowKey={({ id }) => id}
      empty={<p className="px-4 py-3 text-sm text-muted">No other sessions.</p>}
      columns={[
        {
          key: "agent",
          header: "Browser",
          width: "grow",
          cell: ({ userAgent, ip, createdAt }) => (
            <>
              <span data-tip={userAgent} className="block truncate">
                {describeUserAgent(userAgent) ?? (userAgent || "Unknown")}
              </span>
              <span className="block text-xs whitespace-normal text-muted sm:hidden">
                <span className="font-mono">{ip}</span>, signed in <Time at={createdAt} />
              </span>
            </>
          ),
        },
        {
          key: "by",
          header: "Method",
          width: "fit",
          hideBelow: "sm",
          cell: ({ certificateId }) =>
            certificateId ? (
              <Link href={`/certificates/${certificateId}`}>Certificate</Link>
            ) : (
              "Password"
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
          hideBelow: "sm",
          cell: ({ createdAt }) => <Time at={createdAt} />,
        },
        {
          key: "expiresAt",
          header: "Expires",
          width: "fit",
          hideBelow: "md",
          cell: ({ expiresAt }) => <Time at={expiresAt} />,
        },
        {
          key: "act",
          header: "Actions",
          width: "fit",
          align: "end",
          cell: ({ id, current, ip, userAgent }) =>
            current ? (
              <Badge tone="accent">This session</Badge>
            ) : (
              <ConfirmDialog
                trigger={<Button size="sm">Sign out</Button>}
                title="Sign out this session?"
                consequence={`${describeUserAgent(userAgent) ?? "The browser"} at ${ip} is signed out on its next request.`}
                confirmLabel="Sign out"
                receipt="Session signed out."
                action={end}
                input={{ id }}
              />
            ),
        },
      ]}
    />
  );
}
