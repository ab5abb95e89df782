import type { Database } from "@/lib/db/database";
import { makeGroupCommit } from "@/lib/db/group-commit";
import type { Random, SignerClient } from "@/lib/deps";
import { AppError } from "@/lib/errors/app-error";
import { assembleSigned } from "@/lib/pki/sign";
import type { Signer } from "@/lib/pki/types";
import { openSealed, sealKey } from "@/lib/signers/seal";
import { generateSoftwareKey, makeSoftwareSigner } from "@/lib/signers/software";
import { checkPlan } from "./check-plan";
import { makeMemory } from "./remembered";
import { makeLogSigner } from "./sign-checkpoint";
import { signAuthorityCrl } from "./sign-crl";
import { readStoredKey, readStoredPlans } from "./stored-plans";
import type { StoredPlan } from "./stored-plans";

type SignerDeps = Readonly<{
  db: Database;
  kek: Uint8Array;
  random: Random;
  publicUrl: string;
  /** Folder of the last checkpoint of each log, outside the database; made when the first is signed. */
  witnessDir: string;
  /** Told what an operator should know though nothing failed. */
  say?: (line: string) => void;
}>;
type Signed = Readonly<{ der: Uint8Array }> | Readonly<{ error: unknown }>;
const largestBatch = 128;

/** Opens each key once. What fails to open is tried again at the next call. */
function makeKeyRing({ db, kek }: SignerDeps): (keyId: string) => Promise<Signer> {
  const open = new Map<string, Promise<Signer>>();
  const openKey = async (keyId: string): Promise<Signer> => {
    const key = await readStoredKey(db, keyId);
    if (!key)
      throw new AppError("signer.no-key", "This authority has no key.", { kind: "conflict" });
    const pkcs8 = openSealed(kek, key);
    try {
      return makeSoftwareSigner(key.algorithm, pkcs8, key.spkiDer);
    } finally {
      pkcs8.fill(0);
    }
  };
  return (keyId) => {
    const known = open.get(keyId);
    if (known) return known;
    const opening = openKey(keyId);
    open.set(keyId, opening);
    opening.catch(() => {
      open.delete(keyId);
    });
    return opening;
  };
}

async function signOne(
  signerOf: (keyId: string) => Promise<Signer>,
  id: string,
  plan: StoredPlan | undefined,
): Promise<Signed> {
  try {
    const signer = plan ? await signerOf(plan.keyId) : null;
    checkPlan(id, plan, signer);
    if (!signer) throw new Error("unreachable: a checked plan has a signer");
    return {
      der: assembleSigned(plan.tbsDer, signer.signatureAlgorithm, await signer.sign(plan.tbsDer)),
    };
  } catch (error) {
    return { error };
  }
}

/**
 * The signer itself. It takes ids, never bytes: what it signs it reads from the database, where only what is committed and on the record
 * counts. Unsealed keys stay in this closure.
 */
export function makeSigner(deps: SignerDeps): SignerClient {
  const { db, kek, random } = deps;
  const signerOf = makeKeyRing(deps);
  const signSoon = makeGroupCommit<string, Signed>({
    maxBatch: largestBatch,
    work: async (ids) => {
      const plans = await readStoredPlans(db, ids);
      return Promise.all(ids.map((id) => signOne(signerOf, id, plans.get(id))));
    },
  });
  return {
    ...makeLogSigner({ ...deps, memory: makeMemory(deps.witnessDir) }),
    async createKey(algorithm) {
      const { pkcs8, spkiDer } = await generateSoftwareKey(algorithm);
      return { spkiDer, sealed: sealKey(kek, random.bytes(12), { algorithm, spkiDer, pkcs8 }) };
    },
    async signCertificate(certificateId) {
      const signed = await signSoon(certificateId);
      if ("error" in signed) throw signed.error;
      return signed.der;
    },
    signCrl: (input) => signAuthorityCrl(db, deps.publicUrl, signerOf, input),
    async ping() {
      const { rows } = await db.pool.query<{ key_id: string }>(
        "select key_id from authority where status = 'active'",
      );
      await Promise.all(rows.map((row) => signerOf(row.key_id)));
    },
  };
}
