import { AppError } from "@/lib/errors/app-error";
import { encodeSignatureAlgorithm } from "./algorithms";
import { bitString, sequence } from "./der";
import type { CertificatePlan, SignatureAlgorithm, Signer } from "./types";

/** Certificate or CertificateList: the exact signed bytes, the algorithm, the signature. */
export function assembleSigned(
  tbsDer: Uint8Array,
  algorithm: SignatureAlgorithm,
  signature: Uint8Array,
): Uint8Array {
  return sequence(tbsDer, encodeSignatureAlgorithm(algorithm), bitString(signature));
}

/**
 * Signs the planned bytes (of a certificate or a CRL), exactly them, and returns the whole DER.
 * Throws AppError `signer.wrong-algorithm` before anything is signed; what the signer throws passes
 * through.
 */
export async function signPlan(
  plan: Pick<CertificatePlan, "tbsDer" | "signatureAlgorithm">,
  signer: Signer,
): Promise<Uint8Array> {
  if (plan.signatureAlgorithm !== signer.signatureAlgorithm) {
    throw new AppError(
      "signer.wrong-algorithm",
      `The plan is for ${plan.signatureAlgorithm}, the signer signs with ${signer.signatureAlgorithm}.`,
    );
  }
  return assembleSigned(plan.tbsDer, plan.signatureAlgorithm, await signer.sign(plan.tbsDer));
}
