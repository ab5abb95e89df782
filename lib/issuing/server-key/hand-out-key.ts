import { createHash, webcrypto } from "node:crypto";
import { setImmediate as yieldToOthers } from "node:timers/promises";
import type { CertificateDto, HandedOutKey } from "@/lib/certificates/schema";
import { chainDer, keyPem } from "@/lib/keys/key-files";
import { exportPkcs8, type NewKey } from "@/lib/keys/make-key";
import { type DeriveMacKey, makePkcs12 } from "@/lib/keys/make-pkcs12";

const crypto = webcrypto as unknown as Crypto;

const roundsAtOnce = 2000;

/** As the browser derives it, in steps of a few milliseconds: other requests wait for this thread. */
const deriveMacKey: DeriveMacKey = async (input, iterations) => {
  let hash: Uint8Array = input;
  for (let done = 0; done < iterations; done += roundsAtOnce) {
    for (let round = done; round < Math.min(done + roundsAtOnce, iterations); round++)
      hash = createHash("sha256").update(hash).digest();
    await yieldToOthers();
  }
  return hash;
};

/**
 * The private key as the answer has it: PEM, or a PKCS#12 file with the certificate and its chain
 * under the password. The octets that were exported for it are overwritten.
 */
export async function handOutKey(
  key: NewKey,
  { pem, chainPem, commonName }: Pick<CertificateDto, "pem" | "chainPem" | "commonName">,
  password: string | undefined,
): Promise<Pick<HandedOutKey, "privateKeyPem" | "privateKeyPkcs12">> {
  const pkcs8 = await exportPkcs8(crypto.subtle, key);
  try {
    if (password === undefined) return { privateKeyPem: keyPem(pkcs8) };
    const file = await makePkcs12(
      crypto,
      {
        friendlyName: commonName,
        pkcs8,
        certificates: chainDer({ pem: pem ?? "", chainPem }),
        password,
      },
      deriveMacKey,
    );
    return { privateKeyPkcs12: Buffer.from(file).toString("base64") };
  } finally {
    pkcs8.fill(0);
  }
}
