import { NameDialog } from "@/components/accounts/name-dialog";
import { PasswordForm } from "@/components/accounts/password-form";
import { roleLabels } from "@/components/shared/role-labels";
import { SessionList } from "@/components/accounts/session-list";
import { Card } from "@/components/ui/card";
import { DataList } from "@/components/ui/data-list";
import { Stack } from "@/components/ui/layout";
import { PageHeader } from "@/components/ui/page-header";
import { Time } from "@/components/ui/time";
import { getAccount } from "@/lib/accounts/read-accounts";
import { listSessions } from "@/lib/accounts/read-sessions";
import { openPage } from "@/lib/auth/page";
import { currentSessionId } from "@/lib/auth/session-actor";
import { end, rename, replacePassword } from "./actions";

export const metadata = { title: "Your account" };

export default async function AccountPage() {
  const { actor, deps } = await openPage("self", { action: "account.read" });
  const id = actor.id ?? "";
  const [account, sessions] = await Promise.all([
    getAccount(deps, actor, id),
    listSessions(deps, actor, id, await currentSessionId()),
  ]);
  const open = sessions.items.filter((session) => session.open);
  return (
    <div className="max-w-3xl">
      <PageHeader title="Your account" description={account.email} />
      <Stack>
        <Card title="Account" aside={<NameDialog name={account.name} action={rename} />}>
          <DataList
            items={[
              { label: "Name", value: account.name },
              { label: "Email", value: account.email },
              {
                label: "Role",
                value: `${roleLabels[account.role].label}. ${roleLabels[account.role].hint}`,
              },
              {
                label: "Certificate sign-in",
                value: account.identity
                  ? `With certificates of ${account.identity.name}`
                  : "Off. An administrator can turn it on under Users.",
              },
              { label: "Created", value: <Time at={account.createdAt} show="minute" /> },
            ]}
          />
        </Card>
        <Card title="Password">
          {account.hasPassword ? (
            <PasswordForm action={replacePassword} />
          ) : (
            <p className="text-sm text-muted">
              You sign in with a certificate and have no password. An administrator can create a
              link with which you set one.
            </p>
          )}
        </Card>
        <Card title="Sessions" description="Sign out sessions you don’t recognize." padding="flush">
          <SessionList sessions={open} end={end} />
        </Card>
      </Stack>
    </div>
  );
}
