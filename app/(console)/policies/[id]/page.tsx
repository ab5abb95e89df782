import { Archive, ArchiveRestore } from "lucide-react";
import { notFound } from "next/navigation";
import { ConfirmDialog } from "@/components/forms/confirm-dialog";
import { PolicyEditor } from "@/components/policies/policy-editor";
import { PolicyState } from "@/components/policies/policy-table";
import { ProxySnippets } from "@/components/policies/proxy-snippets";
import { Banner } from "@/components/ui/banner";
import { Button } from "@/components/ui/button";
import { Card } from "@/components/ui/card";
import { DataList } from "@/components/ui/data-list";
import { Link } from "@/components/ui/link";
import { MonoId } from "@/components/ui/mono-id";
import { PageHeader } from "@/components/ui/page-header";
import { Time } from "@/components/ui/time";
import { openPage } from "@/lib/auth/page";
import { scopeOf, type Permission } from "@/lib/access/permissions";
import { getPolicy } from "@/lib/policies/read-policies";
import type { PolicyDto } from "@/lib/policies/schema";
import { mtlsAddress } from "@/app/mtls-address";
import { find } from "@/app/(console)/identities/actions";
import { nullIfNotFound } from "@/app/(console)/null-if-not-found";
import { test, update } from "@/app/(console)/policies/actions";
import { loadEditorData } from "@/app/(console)/policies/load-editor-data";
import { loadSnippets } from "@/app/(console)/policies/load-snippets";

export const metadata = { title: "Policy" };

export default async function PolicyPage({
  params,
}: Readonly<{ params: Promise<{ id: string }> }>) {
  const { id } = await params;
  const { actor, deps } = await openPage("policies.read", {
    action: "policy.read",
    target: { kind: "policy", id, label: id },
  });
  const policy = await nullIfNotFound(getPolicy(deps, actor, id));
  if (policy === null) notFound();
  const may = (permission: Permission) => scopeOf(actor.role, permission) !== "none",
    mayWrite = may("policies.write"),
    retired = policy.status === "retired";
  const address = new URL((await mtlsAddress("/")) ?? deps.publicUrl);
  const snippets = await loadSnippets({
    service: policy.service,
    host: address.hostname,
    port: Number(address.port || 443),
  });
  return (
    <>
      <PageHeader
        title={policy.name}
        badge={<PolicyState policy={policy} />}
        crumbs={[{ label: "Policies", href: "/policies" }]}
        description={policy.description || `Who may do what on ${policy.service}.`}
        action={mayWrite && <StatusButton policy={policy} />}
      />
      {(retired || policy.rules === null) && (
        <div className="pb-4">
          {policy.rules === null ? (
            <Banner
              tone="danger"
              title="The stored rules can’t be read, so every request is denied."
            >
              Enter the rules again and save.
            </Banner>
          ) : (
            <Banner tone="warning" title="This policy is retired, so every request is denied.">
              Its rules are kept and apply again once you reactivate it.
            </Banner>
          )}
        </div>
      )}
      <PolicyEditor
        key={policy.version}
        policy={policy}
        {...await loadEditorData(deps, actor, policy)}
        save={update}
        test={test}
        find={find}
        mayWrite={mayWrite}
        aside={<PolicyFacts policy={policy} withRecord={may("audit.read")} />}
        below={
          <ProxySnippets
            service={policy.service}
            snippets={snippets}
            withProxies={may("proxies.read")}
          />
        }
      />
    </>
  );
}

function PolicyFacts({
  policy: { id, service, version, createdAt, changedAt },
  withRecord,
}: Readonly<{ policy: PolicyDto; withRecord: boolean }>) {
  return (
    <Card title="Policy">
      <DataList
        narrow
        items={[
          { label: "Service", value: <code className="font-mono text-xs">{service}</code> },
          { label: "Version", value: version },
          ...(withRecord
            ? [
                {
                  label: "Decisions",
                  value: <Link href={`/audit?target=${id}`}>View in audit log</Link>,
                },
              ]
            : []),
          { label: "Created", value: <Time at={createdAt} show="minute" /> },
          { label: "Changed", value: <Time at={changedAt} show="minute" /> },
          { label: "ID", value: <MonoId value={id} label="ID" kind="text" /> },
        ]}
      />
    </Card>
  );
}

function StatusButton({
  policy: { id, name, service, status, version },
}: Readonly<{ policy: PolicyDto }>) {
  if (status === "retired")
    return (
      <ConfirmDialog
        trigger={<Button icon={<ArchiveRestore aria-hidden />}>Activate</Button>}
        tone="plain"
        title={`Activate ${name}?`}
        consequence="Its rules apply again from the next request."
        confirmLabel="Activate"
        receipt="Policy activated."
        action={update}
        input={{ id, version, status: "active" }}
      />
    );
  return (
    <ConfirmDialog
      trigger={
        <Button variant="danger-quiet" icon={<Archive aria-hidden />}>
          Retire
        </Button>
      }
      title={`Retire ${name}?`}
      consequence={`From the next request on, every request to ${service} is denied. The rules are kept.`}
      confirmLabel="Retire"
      receipt="Policy retired."
      action={update}
      input={{ id, version, status: "retired" }}
    />
  );
}
