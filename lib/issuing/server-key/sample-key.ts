import { webcrypto } from "node:crypto";
import type { ServerKeyInput } from "@/lib/certificates/request-schema";
import type { IssuanceRequest } from "@/lib/issuing/decide-issuance";
import { type KeyKind, kindOfAlgorithm } from "@/lib/keys/key-kinds";
import { makeCsr } from "@/lib/keys/make-csr";
import { makeKey } from "@/lib/keys/make-key";
import type { Deps } from "@/lib/runtime/deps";
import { placeOf } from "./queue-place";

const { subtle } = webcrypto as unknown as Pick<Crypto, "subtle">;
const samples = new Map<KeyKind, Promise<string>>();

/**
 * A CSR without names, with a key of this kind that nobody has: what a request is decided and
 * previewed with before its own key is made. One of each kind for this process.
 */
function sampleCsr({ keyQueue }: Pick<Deps, "keyQueue">, kind: KeyKind): Promise<string> {
  const known = samples.get(kind);
  if (known !== undefined) return known;
  const made = keyQueue.run(placeOf(null), async () =>
    makeCsr(subtle, await makeKey(subtle, kind), { commonName: null, sans: [] }),
  );
  samples.set(kind, made);
  made.catch(() => samples.delete(kind));
  return made;
}

/** A request whose key Chancery is to make. */
export type KeylessRequest = Omit<IssuanceRequest, "csr" | "serverKey">;

/** The request as it is decided before its key exists. */
export async function withSampleKey(
  deps: Pick<Deps, "keyQueue">,
  request: KeylessRequest,
  key: ServerKeyInput,
): Promise<IssuanceRequest> {
  const { algorithm, password } = key;
  const csr = await sampleCsr(deps, kindOfAlgorithm[algorithm]);
  const form = password === undefined ? ("pem" as const) : ("pkcs12" as const);
  return { ...request, csr, serverKey: { form } };
}
