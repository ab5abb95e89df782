import type { Database } from "@/lib/db/database";
import { AppError } from "@/lib/errors/app-error";
import type { Signer } from "@/lib/pki/types";
import type { Clock, Random } from "@/lib/runtime/clock";
import { serverNames } from "@/lib/net/server-names";
import { type Kek, openSealed } from "@/lib/signers/seal";
import { makeSoftwareSigner } from "@/lib/signers/software";
import type { SignerClient } from "@/lib/signers/types";
import { makeBounds } from "./bounds/check-bounds";
import { makeCheckpointStore } from "./checkpoint-store";
import { createAuthorityKey, createLogKey } from "./create-key";
import { type HostTokens, makeSignerHost } from "./bounds/host";
import { readStoredKey } from "./read-stored-plans";
import { makeCertificateSigner } from "./sign-certificates";
import { makeLogSigner } from "./sign-checkpoint";
import { makeCrlSigner } from "./sign-crl";
import { recordRefusals } from "./bounds/refusal-record";
import { setDueCeilings } from "./bounds/upgrade-ceilings";

type SignerDeps = Readonly<{
  /** Opened with the signer's role: no other reads sealed keys. */
  db: Database;
  kek: Kek;
  random: Random;
  /** The signer's own clock: no time that a caller or the database says counts. */
  clock: Clock;
  publicUrl: string;
  /** The address that Chancery listens on, 127.0.0.1 by default: its own certificates name it. */
  host?: string;
  /**
   * Folder for the last signed checkpoint of each log and for what the CRLs of each key listed,
   * outside the database; created when the first is signed.
   */
  witnessDir: string;
  /** Called with messages for the operator that are not errors. */
  onNotice?: (line: string) => void;
  /** Digests of the tokens of this start; without them no setup and no command of the host. */
  tokens?: HostTokens;
  /** The domains of a setup from the host's environment; null if there is none. */
  headlessDomains?: readonly string[] | null;
}>;
const noTokens: HostTokens = { setupTokenSha256: "", adminTokenSha256: "" };

/** Opens each key once. A key that fails to open is retried at the next call. */
function makeKeyRing({ db, kek }: SignerDeps): (keyId: string) => Promise<Signer> {
  const open = new Map<string, Promise<Signer>>();
  const openKey = async (keyId: string): Promise<Signer> => {
    const key = await readStoredKey(db, keyId);
    if (!key) throw new AppError("signer.no-key", "This CA has no key.");
    const pkcs8 = openSealed(kek, key);
    try {
      return makeSoftwareSigner(key.algorithm, pkcs8, key.spkiDer);
    } finally {
      pkcs8.fill(0);
    }
  };
  return (keyId) => {
    const cached = open.get(keyId);
    if (cached) return cached;
    const opening = openKey(keyId);
    open.set(keyId, opening);
    opening.catch(() => {
      open.delete(keyId);
    });
    return opening;
  };
}

/**
 * The signer itself. It takes ids, never bytes: it signs only what the database holds as committed
 * and recorded (decision 2). Unsealed keys never leave this closure.
 */
export function makeSigner(
  deps: SignerDeps,
): SignerClient & Readonly<{ setDueCeilings: () => Promise<void> }> {
  const { db, headlessDomains = null, tokens = noTokens } = deps;
  const signerOf = makeKeyRing(deps);
  const onNotice = deps.onNotice ?? (() => {});
  const signer: SignerClient = {
    ...makeSignerHost({ ...deps, headlessDomains, tokens }),
    ...makeLogSigner({ ...deps, store: makeCheckpointStore(deps.witnessDir) }),
    createKey: (algorithm) => createAuthorityKey(deps, algorithm),
    createLogKey: (origin) => createLogKey(deps, origin),
    signCertificate: makeCertificateSigner({
      ...deps,
      signerOf,
      checkBounds: makeBounds({ ...deps, headlessDomains }),
      ownNames: serverNames(deps.host ?? "127.0.0.1", deps.publicUrl),
    }),
    ...makeCrlSigner({ ...deps, signerOf }),
    async ping() {
      const { rows } = await db.pool.query<{ key_id: string }>(
        "select key_id from authority where status = 'active'",
      );
      await Promise.all(rows.map((row) => signerOf(row.key_id)));
    },
  };
  return {
    ...recordRefusals(signer, deps, onNotice),
    setDueCeilings: () => setDueCeilings(deps, onNotice),
  };
}
