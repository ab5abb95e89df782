import type { HandedOutKey } from "@/lib/certificates/schema";
import type { IssuanceRequest } from "@/lib/issuing/decide-issuance";

const keyNotice =
  "Chancery made the private key of this certificate and doesn't keep it: only the first response has it. If that response was lost, so is the key. Revoke this certificate and issue another one.";

/** What is said of a key that was handed out, without the key; the same in repeated responses. */
export const describeHandedOut = (
  serverKey: IssuanceRequest["serverKey"] | "unknown",
): HandedOutKey => {
  if (serverKey === undefined) return {};
  const { form } = serverKey === "unknown" ? { form: "pem" } : serverKey;
  return {
    ...(form === "pkcs12" ? { privateKeyPkcs12: null } : { privateKeyPem: null }),
    keyHandedOut: true,
    keyNotice,
  };
};
