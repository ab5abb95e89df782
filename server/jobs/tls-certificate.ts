import { certifyOwnKey } from "@/lib/certificates/certify-own-key";
import type { Deps } from "@/lib/deps";
import type { AuthorityIndex } from "@/lib/status/authority-index";
import type { ServedAuthority } from "@/lib/status/types";
import type { DoorLog } from "@/server/listeners/door-log";
import { startJob } from "@/server/jobs/job";
import type { Job } from "@/server/jobs/job";
import { makeOwnKey } from "@/server/tls/own-key";
import type { OwnNames } from "@/server/tls/own-names";
import type { TlsKeeper } from "@/server/tls/tls-keeper";

const lookEveryMs = 60_000;

/** The authority that certifies Chancery's own TLS key: the oldest active one below a root. */
function issuerForTls(index: AuthorityIndex): ServedAuthority | null {
  return (
    index.all.find((authority) => authority.kind === "issuing" && authority.status === "active") ??
    null
  );
}

/** Replaces the self-signed certificate as soon as there is an authority, and renews at two thirds of its life; nobody has to restart. */
export function startTlsCertificate(
  deps: Deps,
  keeper: TlsKeeper,
  index: () => AuthorityIndex,
  names: OwnNames,
  log: DoorLog,
): Job {
  let renewAt = 0;
  const work = async (): Promise<number> => {
    const authority = issuerForTls(index()),
      now = deps.clock.now().getTime();
    if (authority === null || now < renewAt) return lookEveryMs;
    const key = await makeOwnKey();
    const { der, notBefore, notAfter } = await certifyOwnKey(deps, {
      authorityId: authority.id,
      spkiDer: key.spkiDer,
      purpose: "console-tls",
      dnsNames: names.dns,
      ips: names.ips,
    });
    const chain = index()
      .chainOf(authority)
      .slice(0, -1)
      .map((link) => link.certificateDer);
    keeper.use({ key, certificateDer: der, chain, selfSigned: false });
    renewAt = notBefore.getTime() + ((notAfter.getTime() - notBefore.getTime()) * 2) / 3;
    log.info(
      `HTTPS shows a certificate of ${authority.slug} for ${[...names.dns, ...names.ips].join(", ")}, until ${notAfter.toISOString()}`,
    );
    return lookEveryMs;
  };
  return startJob({ name: "HTTPS certificate", log, work, maxRetryMs: 10_000 });
}
