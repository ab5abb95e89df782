import { parseCsr } from "@/lib/pki/csr";
import { planCertificate } from "@/lib/pki/plan";
import { signPlan } from "@/lib/pki/sign";
import type { ProfileRules } from "@/lib/pki/types";
import { serialOf, serverRules, urls, type TestAuthority, type TestKey } from "./authorities";
import { identityWith } from "./identity-names";
import { makeRequest } from "./requests";

/** A leaf with names of every type, or an OCSP responder, that the authority signs. */
export async function issueTestCertificate(
  authority: TestAuthority,
  key: TestKey,
  number: number,
  at: Date,
  rules: ProfileRules = serverRules,
): Promise<Uint8Array> {
  const isResponder = rules.kind === "ocsp-responder";
  const csr = parseCsr(
    await makeRequest(
      key,
      isResponder
        ? { subject: [{ type: "CN", value: "Example OCSP" }], sans: [] }
        : {
            sans: [
              { type: "dns", value: "pay.example.com" },
              { type: "ip", value: "10.0.0.1" },
              { type: "ip", value: "2001:db8::1" },
              { type: "email", value: "pay@example.com" },
              { type: "uri", value: "spiffe://example.com/pay" },
            ],
          },
    ),
  );
  const { plan, findings } = planCertificate({
    rules,
    profileName: "p",
    issuer: authority.facts,
    csr,
    identity: identityWith(["Example OCSP"]),
    serial: serialOf(number),
    now: at,
    urls,
  });
  if (plan === null || findings.length > 0) throw new Error(JSON.stringify(findings));
  return signPlan(plan, authority.key.signer);
}
