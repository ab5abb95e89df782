import { afterAll, beforeAll, expect, test } from "vitest";
import { requestRotation } from "@/lib/certificates/request-rotation";
import type { CertificateDto } from "@/lib/certificates/schema";
import { formatIso } from "@/lib/format/time";
import { issueCertificate } from "@/lib/issuing/issue-certificate";
import type { Deps } from "@/lib/runtime/deps";
import { adminActor } from "@/testing/actors";
import { createTestCa, createTestIdentity } from "@/testing/ca/create-test-ca";
import { makeCsr, refusalOf } from "@/testing/ca/requests";
import type { Harness } from "@/testing/harness";
import { getRenewalInfo } from "./renewal-info";

let harness: Harness;
let deps: Deps;
const admin = adminActor();
beforeAll(async () => {
  harness = await createTestCa();
  ({ deps } = harness);
});
afterAll(async () => {
  await harness.close();
});

async function issue(validitySeconds?: number): Promise<CertificateDto> {
  const identity = await createTestIdentity(deps);
  const more = validitySeconds === undefined ? {} : { validitySeconds };
  const input = { profile: "tls-server", identity, csr: await makeCsr(), ...more };
  return (await issueCertificate(deps, admin, input)).result;
}

/** RFC 9773 section 4.1, from the bytes of the certificate. */
async function certIdOf(id: string): Promise<string> {
  const [row] = await harness.asSuper("select der, serial from certificate where id = $1", [id]);
  const [der, serial] = [row?.["der"] as Buffer, row?.["serial"] as Buffer];
  const start = Buffer.from("0603551d23041830168014", "hex");
  const at = der.indexOf(start) + start.length;
  const octets = (serial[0] ?? 0) >= 0x80 ? Buffer.concat([Buffer.of(0), serial]) : serial;
  return `${der.subarray(at, at + 20).toString("base64url")}.${octets.toString("base64url")}`;
}

async function setIssuerStatus(id: string, status: string): Promise<void> {
  await harness.asSuper("alter table authority disable trigger all");
  await harness.asSuper("update authority set status = $2 where id = $1", [id, status]);
  await harness.asSuper("alter table authority enable trigger all");
  // What is known of an issuer is kept for two seconds.
  await new Promise((done) => setTimeout(done, 2500));
}

test("a request for rotation never makes the window of a certificate of a retired issuer later", async () => {
  const { id, authority } = await issue();
  const certId = await certIdOf(id);
  await setIssuerStatus(authority.id, "retired");
  const before = await getRenewalInfo(deps, certId);
  await requestRotation(deps, admin, id);
  const after = await getRenewalInfo(deps, certId);
  await setIssuerStatus(authority.id, "active");
  expect(after.start.getTime()).toBeLessThanOrEqual(before.start.getTime() + 60_000);
  expect(after.end.getTime()).toBeLessThanOrEqual(before.end.getTime() + 60_000);
});

test("a date less than a minute ahead is refused, with the field", async () => {
  const { id } = await issue();
  const replaceBy = new Date(deps.clock.now().getTime() + 59_000).toISOString();
  expect((await refusalOf(requestRotation(deps, admin, id, { replaceBy }))).findings).toMatchObject(
    [{ code: "rotation.replace-by", path: "replaceBy" }],
  );
});

test("the window of what expires within the second ends after it begins, in whole seconds", async () => {
  const { id, notAfter } = await issue(3600);
  harness.setTime(Date.parse(notAfter) - 400);
  await requestRotation(deps, admin, id);
  const { start, end } = await getRenewalInfo(deps, await certIdOf(id));
  expect(Date.parse(formatIso(end))).toBeGreaterThan(Date.parse(formatIso(start)));
});
