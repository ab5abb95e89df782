import type { Actor } from "@/lib/access/actor";
import { authorize } from "@/lib/access/permissions";
import { formatIso } from "@/lib/format/time";
import { awaitIndexed } from "@/lib/log/sequence/await-indexed";
import type { Deps } from "@/lib/runtime/deps";
import {
  countSessionsThrough,
  findCertificatesById,
  findCertificatesThrough,
} from "./proxy-effects-repository";
import { noSuchProxy } from "./proxy-dto";
import { findProxyRow } from "./proxy-repository";
import type { ProxyEffects } from "./schema";

const maxListed = 100;

/**
 * What a proxy's word has led to so far: what its removal ends, and the certificates that were
 * issued for requests that came through it, which it does not revoke. Errors: `proxy.not-found`.
 */
export async function getProxyEffects(
  deps: Pick<Deps, "db" | "clock">,
  actor: Actor,
  id: string,
): Promise<ProxyEffects> {
  authorize(actor, "proxies.read");
  const row = await findProxyRow(deps.db, id);
  if (!row) throw noSuchProxy();
  await awaitIndexed(deps.db);
  const [sessions, through] = await Promise.all([
    countSessionsThrough(deps.db, id, deps.clock.now()),
    findCertificatesThrough(deps.db, row, maxListed),
  ]);
  const certificates = await findCertificatesById(deps.db, through.newest);
  return {
    sessions,
    certificates: {
      count: through.count,
      items: certificates.map((certificate) => ({
        id: certificate.id,
        subject: certificate.subject,
        state: certificate.state,
        notAfter: formatIso(certificate.not_after),
        requestedAt: formatIso(certificate.created_at),
        identity: { id: certificate.identity_id, name: certificate.identity_name },
      })),
    },
  };
}
