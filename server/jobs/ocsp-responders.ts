import { issueInternalCertificate } from "@/lib/issuing/issue-internal-certificate";
import type { Deps } from "@/lib/runtime/deps";
import type { Logger } from "@/lib/runtime/logger";
import type { AuthorityIndex } from "@/lib/status/authority-index";
import type { Responder } from "@/lib/status/types";
import { makeEphemeralKey } from "@/server/tls/ephemeral-key";
import { type Job, startJob } from "./job";

export type OcspResponders = Readonly<{ of: (authorityId: string) => Responder | null; job: Job }>;

const checkEveryMs = 5_000;

/**
 * Keeps one delegated OCSP responder per authority: the key is generated here and never leaves this
 * process, the authority certifies it, and it is replaced halfway through its lifetime. Each node
 * has its own responders.
 */
export function startOcspResponders(
  deps: Deps,
  index: () => AuthorityIndex,
  log: Logger,
): OcspResponders {
  const responders = new Map<string, Responder & Readonly<{ renewAt: number }>>();

  const renew = async (authorityId: string, slug: string): Promise<void> => {
    const key = await makeEphemeralKey();
    const { der, notBefore, notAfter } = await issueInternalCertificate(deps, {
      authorityId,
      spkiDer: key.spkiDer,
      purpose: "ocsp-responder",
    });
    const renewAt = notBefore.getTime() + (notAfter.getTime() - notBefore.getTime()) / 2;
    responders.set(authorityId, {
      spkiDer: key.spkiDer,
      certificateDer: der,
      notBefore,
      notAfter,
      sign: key.sign,
      renewAt,
    });
    log.info(`OCSP responder for ${slug} valid until ${notAfter.toISOString()}`);
  };
  const work = async (): Promise<number> => {
    const now = deps.clock.now().getTime();
    for (const { id, slug } of index().all) {
      const responder = responders.get(id);
      const isDue =
        responder === undefined ||
        responder.renewAt <= now ||
        // The clock went back before it was made.
        responder.notBefore.getTime() > now;
      if (isDue) await renew(id, slug);
    }
    return checkEveryMs;
  };
  return {
    of: (authorityId) => responders.get(authorityId) ?? null,
    job: startJob({ name: "OCSP responders", log, work, maxRetryMs: 10_000 }),
  };
}
