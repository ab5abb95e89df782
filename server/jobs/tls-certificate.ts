import { issueInternalCertificate } from "@/lib/issuing/issue-internal-certificate";
import type { Deps } from "@/lib/runtime/deps";
import type { Logger } from "@/lib/runtime/logger";
import type { AuthorityIndex } from "@/lib/status/authority-index";
import type { ServedAuthority } from "@/lib/status/types";
import { makeEphemeralKey } from "@/server/tls/ephemeral-key";
import type { ServerNames } from "@/lib/net/server-names";
import type { TlsManager } from "@/server/tls/tls-manager";
import { type Job, startJob } from "./job";

const checkEveryMs = 5_000;

/** The CA that certifies the gateway's TLS key: the oldest active issuing CA. */
function issuerForTls(index: AuthorityIndex): ServedAuthority | null {
  return (
    index.all.find((authority) => authority.kind === "issuing" && authority.status === "active") ??
    null
  );
}

/**
 * Replaces the self-signed certificate as soon as there is a CA, and renews after two thirds of its
 * lifetime, without a restart.
 */
export function startTlsCertificate(
  deps: Deps,
  tls: TlsManager,
  index: () => AuthorityIndex,
  names: ServerNames,
  log: Logger,
): Job {
  let current = { from: 0, renewAt: 0 };
  const work = async (): Promise<number> => {
    const authority = issuerForTls(index()),
      now = deps.clock.now().getTime();
    // A clock that went back makes the certificate one from the future.
    const isCurrent = current.from <= now && now < current.renewAt;
    if (authority === null || isCurrent) return checkEveryMs;
    const key = await makeEphemeralKey();
    const { der, notBefore, notAfter } = await issueInternalCertificate(deps, {
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
    tls.use({ key, certificateDer: der, chain, selfSigned: false });
    const from = notBefore.getTime();
    current = { from, renewAt: from + ((notAfter.getTime() - from) * 2) / 3 };
    log.info(
      `HTTPS uses a certificate issued by ${authority.slug} for ${[...names.dns, ...names.ips].join(", ")}, valid until ${notAfter.toISOString()}`,
    );
    return checkEveryMs;
  };
  return startJob({ name: "HTTPS certificate", log, work, maxRetryMs: 10_000 });
}
