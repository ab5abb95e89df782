import { certifyOwnKey } from "@/lib/certificates/certify-own-key";
import type { Deps } from "@/lib/deps";
import type { AuthorityIndex } from "@/lib/status/authority-index";
import type { Responder } from "@/lib/status/types";
import type { DoorLog } from "@/server/listeners/door-log";
import { startJob } from "@/server/jobs/job";
import type { Job } from "@/server/jobs/job";
import { makeOwnKey } from "@/server/tls/own-key";

export type Responders = Readonly<{ of: (authorityId: string) => Responder | null; job: Job }>;

const lookEveryMs = 60_000;

/**
 * One delegated OCSP responder for each authority: the key is made here and never leaves, the authority certifies it, and long before it
 * runs out another takes its place. Two nodes have two responders.
 */
export function startResponders(deps: Deps, index: () => AuthorityIndex, log: DoorLog): Responders {
  const held = new Map<string, Responder & Readonly<{ renewAt: number }>>();

  const renew = async (authorityId: string, slug: string): Promise<void> => {
    const key = await makeOwnKey();
    const { der, notBefore, notAfter } = await certifyOwnKey(deps, {
      authorityId,
      spkiDer: key.spkiDer,
      purpose: "ocsp-responder",
    });
    const renewAt = notBefore.getTime() + (notAfter.getTime() - notBefore.getTime()) / 2;
    held.set(authorityId, {
      spkiDer: key.spkiDer,
      certificateDer: der,
      notAfter,
      sign: key.sign,
      renewAt,
    });
    log.info(`OCSP responder for ${slug} certified until ${notAfter.toISOString()}`);
  };
  const work = async (): Promise<number> => {
    const now = deps.clock.now().getTime();
    for (const { id, slug } of index().all) {
      const responder = held.get(id);
      if (responder === undefined || responder.renewAt <= now) await renew(id, slug);
    }
    return lookEveryMs;
  };
  return {
    of: (authorityId) => held.get(authorityId) ?? null,
    job: startJob({ name: "OCSP responders", log, work, maxRetryMs: 10_000 }),
  };
}
