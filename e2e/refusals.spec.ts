import { makeIdentity } from "./support/api";
import { breakSignature, makeRequest } from "./support/openssl";
import { expect, test } from "./support/test";
import { adminApi, chancery, stateOf } from "./support/world";

test.use({ storageState: stateOf("admin") });

let identity = "",
  other = "";
test.beforeAll(async () => {
  [identity, other] = await Promise.all([
    makeIdentity(adminApi(), "refusals"),
    makeIdentity(adminApi(), "somebody else"),
  ]);
});

type Refusal = Readonly<{ what: string; make: () => Promise<string>; code: RegExp; said: RegExp }>;
const refusals: readonly Refusal[] = [
  {
    what: "a request whose signature is broken",
    make: async () => breakSignature((await makeRequest(["broken.example.com"])).pem),
    code: /^csr\./,
    said: /signature/i,
  },
  {
    what: "a key that belongs to another identity",
    make: async () => {
      const { pem } = await makeRequest(["owned.example.com"]);
      expect(
        (
          await adminApi().post("/certificates", {
            profile: "tls-server",
            identity: other,
            csr: pem,
          })
        ).status,
      ).toBe(201);
      return pem;
    },
    code: /^key\.other-identity$/,
    said: /another identity|other identity|belongs/i,
  },
  {
    what: "a name outside the profile",
    make: async () => (await makeRequest(["pay.example.net"])).pem,
    code: /name|san/,
    said: /pay\.example\.net/,
  },
  {
    what: "a weak key",
    make: async () => (await makeRequest(["weak.example.com"], "rsa:1024")).pem,
    code: /key/,
    said: /1024|2048/,
  },
];

for (const { what, make, code, said } of refusals) {
  test(`${what} is refused before anything is signed, with its reason, and the refusal is on the record`, async ({
    page,
  }) => {
    const csr = await make();
    await page.goto(`/certificates/new?identity=${identity}`);
    await page.getByRole("textbox", { name: /^Certificate signing request/ }).fill(csr);
    await expect(page.getByText(/This would be refused/)).toBeVisible();
    await expect(page.getByRole("list", { name: "Findings" })).toContainText(said);
    await expect(page.getByRole("button", { name: "Issue certificate" })).toHaveAttribute(
      "aria-disabled",
      "true",
    );
    const answer = await adminApi().post<{ code: string; errors?: { code: string }[] }>(
      "/certificates",
      { profile: "tls-server", identity, csr },
    );
    expect(answer.status).toBe(422);
    expect(
      [answer.body.code, ...(answer.body.errors ?? []).map((finding) => finding.code)].some((one) =>
        code.test(one),
      ),
      JSON.stringify(answer.body),
    ).toBe(true);
    await page.goto("/audit?outcome=denied&action=certificate.refused");
    await expect(
      page.getByRole("table", { name: "Entries" }).getByRole("link").first(),
    ).toContainText(said);
  });
}

test("all reasons are given at once", async ({ page }) => {
  const { pem } = await makeRequest(["weak.example.net"], "rsa:1024");
  await page.goto(`/certificates/new?identity=${identity}`);
  await page.getByRole("textbox", { name: /^Certificate signing request/ }).fill(pem);
  const findings = page.getByRole("list", { name: "Findings" }).getByRole("listitem");
  await expect(findings.filter({ hasText: "weak.example.net" }).first()).toBeVisible();
  await expect(findings.filter({ hasText: /1024|2048/ }).first()).toBeVisible();
});

test("ten megabytes of rubbish are refused in words, as a file, as pasted text and over the API, and Chancery goes on", async ({
  page,
}) => {
  const rubbish = Buffer.alloc(10 * 1024 * 1024, "rubbish ");
  await page.goto(`/certificates/new?identity=${identity}`);
  await page
    .getByLabel(/Choose a CSR file/)
    .setInputFiles({ name: "rubbish.csr", mimeType: "application/octet-stream", buffer: rubbish });
  await expect(page.getByText(/rubbish\.csr is 10.* at most 64 KiB/)).toBeVisible();
  const field = page.getByRole("textbox", { name: /^Certificate signing request/ });
  await expect(field).toHaveValue("");
  await field.evaluate((box: HTMLTextAreaElement, text) => {
    Object.getOwnPropertyDescriptor(HTMLTextAreaElement.prototype, "value")?.set?.call(
      box,
      text.repeat((10 * 1024 * 1024) / text.length),
    );
    box.dispatchEvent(new Event("input", { bubbles: true }));
  }, "rubbish ");
  await expect(page.getByText(/What was pasted is 10.* at most 64 KiB/)).toBeVisible();
  await expect(field).toHaveValue("");
  const answer = await adminApi().post<{ code: string }>("/certificates", {
    profile: "tls-server",
    identity,
    csr: rubbish.toString(),
  });
  expect(answer).toMatchObject({ status: 413, body: { code: "request.too-large" } });
  expect((await fetch(`${chancery.http}/readyz`)).status).toBe(200);
});

test("what is no request at all is refused with what to do", async ({ page }) => {
  await page.goto(`/certificates/new?identity=${identity}`);
  await page.getByRole("textbox", { name: /^Certificate signing request/ }).fill("hello");
  await expect(page.getByText(/This would be refused/)).toBeVisible();
});
