import { webcrypto } from "node:crypto";
import type { Actor } from "@/lib/access/actor";
import type { ServerKeyInput } from "@/lib/certificates/request-schema";
import type { CertificateDto } from "@/lib/certificates/schema";
import { assertAllowed, type IssueDeps, issueForRequest } from "@/lib/issuing/issue-for-request";
import { kindOfAlgorithm } from "@/lib/keys/key-kinds";
import { makeCsr } from "@/lib/keys/make-csr";
import { makeKey } from "@/lib/keys/make-key";
import type { MaybeRecorded } from "@/lib/log/record/recorded";
import type { Deps } from "@/lib/runtime/deps";
import { handOutKey } from "./hand-out-key";
import { placeOf } from "./queue-place";
import { type KeylessRequest, withSampleKey } from "./sample-key";

const { subtle } = webcrypto as unknown as Pick<Crypto, "subtle">;

/**
 * Issues a certificate with a key that is made here, and returns the key with it (decision 31). What
 * is refused costs no key. The key is in the memory of this process until the answer is sent, and in
 * nothing that is stored: the result that is kept for repetitions is made without it. Errors: as
 * `issueCertificate`, `key.busy`.
 */
export async function issueWithServerKey(
  deps: IssueDeps & Pick<Deps, "keyQueue">,
  actor: Actor,
  request: KeylessRequest,
  key: ServerKeyInput,
): Promise<MaybeRecorded<CertificateDto>> {
  const sampled = await withSampleKey(deps, request, key);
  await assertAllowed(deps, actor, sampled);
  return deps.keyQueue.run(placeOf(actor), async () => {
    const made = await makeKey(subtle, kindOfAlgorithm[key.algorithm]);
    const csr = await makeCsr(subtle, made, { commonName: null, sans: [] });
    const { result, entryId } = await issueForRequest(deps, actor, { ...sampled, csr });
    return { result: { ...result, ...(await handOutKey(made, result, key.password)) }, entryId };
  });
}
