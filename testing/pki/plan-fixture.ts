import { makeTestAuthority, makeTestKey, now, serialOf, serverRules, urls } from "./authorities";
import { identityWith } from "./identity-names";
import { makeRequest, type RequestContent } from "./requests";
import { parseCsr } from "@/lib/pki/csr";
import { planCertificate, type CertificateRequest } from "@/lib/pki/plan";
import type { GeneralName, ProfileRules } from "@/lib/pki/types";

export const authority = await makeTestAuthority("ecdsa-p256");
export const key = makeTestKey("ecdsa-p256");
export const day = 86_400;

export async function plan(
  change: Partial<CertificateRequest> = {},
  request: RequestContent = {},
): Promise<ReturnType<typeof planCertificate>> {
  const csr = parseCsr(await makeRequest(key, request));
  return planCertificate({
    rules: serverRules,
    profileName: "tls-server",
    issuer: authority.facts,
    csr,
    serial: serialOf(7),
    now,
    urls,
    identity: identityWith(),
    ...change,
  });
}
export const codes = (result: ReturnType<typeof planCertificate>): string[] =>
  result.findings.map((finding) => finding.code);
export const withRules = (rules: Partial<ProfileRules>): { rules: ProfileRules } => ({
  rules: { ...serverRules, ...rules },
});
export const dns = (...names: string[]): GeneralName[] =>
  names.map((value) => ({ type: "dns", value }));
