import { Network } from "lucide-react";
import { ProxyActs, TrustProxy } from "@/components/proxies/proxy-dialogs";
import { ProxyTable } from "@/components/proxies/proxy-table";
import { EmptyState } from "@/components/ui/empty-state";
import { PageHeader } from "@/components/ui/page-header";
import { openPage } from "@/lib/auth/page";
import { scopeOf } from "@/lib/auth/permissions";
import { listProxies } from "@/lib/proxies/list-proxies";
import { create, find } from "../../identities/actions";
import { remove, trust, update } from "./actions";

export const metadata = { title: "Proxies" };

export default async function ProxiesPage() {
  const { actor, deps } = await openPage("proxies.read", { action: "proxy.read" });
  const { items } = await listProxies(deps, actor);
  const mayWrite = scopeOf(actor.role, "proxies.write") !== "none";
  const newOne = mayWrite && <TrustProxy trust={trust} find={find} createIdentity={create} />;
  return (
    <>
      <PageHeader
        title="Proxies"
        sentence="Who may pass on the certificates of others. From anybody else such headers are stripped."
        action={newOne}
      />
      <ProxyTable
        items={items}
        acts={
          mayWrite
            ? (proxy) => <ProxyActs proxy={proxy} update={update} remove={remove} />
            : undefined
        }
        empty={
          <EmptyState
            icon={<Network aria-hidden />}
            title="No proxy is trusted yet"
            action={newOne}
          >
            A proxy shows a client certificate of its own. Trust its identity, and what it says of
            its clients’ certificates counts.
          </EmptyState>
        }
      />
    </>
  );
}
