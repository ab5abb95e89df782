import { PasswordForm } from "@/components/accounts/password-form";
import { roleWords } from "@/components/accounts/role-words";
import { SessionList } from "@/components/accounts/session-list";
import { Card } from "@/components/ui/card";
import { DataList } from "@/components/ui/data-list";
import { Stack } from "@/components/ui/layout";
import { PageHeader } from "@/components/ui/page-header";
import { Time } from "@/components/ui/time";
import { getAccount } from "@/lib/accounts/get-account";
import { listSessions } from "@/lib/accounts/list-sessions";
import { openPage } from "@/lib/auth/page";
import { currentSessionId } from "@/lib/auth/session-actor";
import { end, replacePassword } from "./actions";

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
      <PageHeader title="Your account" sentence={account.email} />
      <Stack>
        <Card title="Account">
          <DataList
            items={[
              { label: "Name", value: account.name },
              { label: "E-mail address", value: account.email },
              {
                label: "Role",
                value: `${roleWords[account.role].label}. ${roleWords[account.role].hint}`,
              },
              {
                label: "Certificate sign-in",
                value: account.identity
                  ? `By the certificates of ${account.identity.name}`
                  : "Off. An administrator turns it on under Users.",
              },
              { label: "Created", value: <Time at={account.createdAt} show="minute" /> },
            ]}
          />
        </Card>
        <Card title="Password">
          <PasswordForm action={replacePassword} />
        </Card>
        <Card title="Open sessions" description="End what you do not know." padding="flush">
          <SessionList sessions={open} end={end} />
        </Card>
      </Stack>
    </div>
  );
}
