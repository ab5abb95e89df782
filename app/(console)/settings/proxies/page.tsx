import { Network } from "lucide-react";
import { ProxyMenu, TrustProxy } from "@/components/proxies/proxy-dialogs";
import { ProxyTable } from "@/components/proxies/proxy-table";
import { EmptyState } from "@/components/ui/empty-state";
import { PageHeader } from "@/components/ui/page-header";
import { openPage } from "@/lib/auth/page";
import { scopeOf } from "@/lib/access/permissions";
import { listProxies } from "@/lib/proxies/read-proxies";
import { create, find, power } from "@/app/(console)/identities/actions";
import { effects, remove, trust, update } from "./actions";

export const metadata = { title: "Proxies" };

export default async function ProxiesPage() {
  const { actor, deps } = await openPage("proxies.read", { action: "proxy.read" });
  const { items } = await listProxies(deps, actor);
  const mayWrite = scopeOf(actor.role, "proxies.write") !== "none";
  const newOne = mayWrite && (
    <TrustProxy trust={trust} find={find} power={power} createIdentity={create} />
  );
  return (
    <>
      <PageHeader
        title="Proxies"
        description="Proxies that Chancery trusts to identify their clients, and what each may do. The same headers from any other sender are ignored."
        action={newOne}
      />
      <ProxyTable
        items={items}
        acts={
          mayWrite
            ? (proxy) => (
                <ProxyMenu
                  proxy={proxy}
                  update={update}
                  remove={remove}
                  power={power}
                  effects={effects}
                />
              )
            : undefined
        }
        empty={
          <EmptyState icon={<Network aria-hidden />} title="No trusted proxies yet" action={newOne}>
            A proxy authenticates with its own client certificate. Trust its identity to accept the
            client certificates or addresses that it passes on.
          </EmptyState>
        }
      />
    </>
  );
}
