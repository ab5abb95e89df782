import { createIdentity } from "@/e2e/support/api";
import { breakSignature, createCsr } from "@/e2e/support/openssl";
import { expect, test } from "@/e2e/support/test";
import { adminApi, chancery, stateOf } from "@/e2e/support/world";

test.use({ storageState: stateOf("admin") });

let identity = "",
  other = "";
test.beforeAll(async () => {
  [identity, other] = await Promise.all([
    createIdentity(adminApi(), "refusals"),
    createIdentity(adminApi(), "another identity"),
  ]);
});

type RejectedCsr = Readonly<{
  what: string;
  make: () => Promise<string>;
  code: RegExp;
  message: RegExp;
}>;
const rejected: readonly RejectedCsr[] = [
  {
    what: "a CSR whose signature is broken",
    make: async () => breakSignature((await createCsr(["broken.example.com"])).pem),
    code: /^csr\./,
    message: /signature/i,
  },
  {
    what: "a key that belongs to another identity",
    make: async () => {
      const { pem } = await createCsr(["owned.example.com"]);
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
    message: /another identity|other identity|belongs/i,
  },
  {
    what: "a name outside the profile",
    make: async () => (await createCsr(["pay.example.net"])).pem,
    code: /name|san/,
    message: /pay\.example\.net/,
  },
  {
    what: "a weak key",
    make: async () => (await createCsr(["weak.example.com"], "rsa:1024")).pem,
    code: /key/,
    message: /1024|2048/,
  },
];

for (const { what, make, code, message } of rejected) {
  test(`${what} is rejected before anything is signed, with its reason, and the attempt is in the audit log`, async ({
    page,
  }) => {
    const csr = await make();
    await page.goto(`/certificates/new?identity=${identity}`);
    await page.getByRole("textbox", { name: /^Certificate signing request/ }).fill(csr);
    await expect(page.getByText(/Can't be issued/)).toBeVisible();
    await expect(page.getByRole("list", { name: "Findings" })).toContainText(message);
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
    ).toContainText(message);
  });
}

test("all problems are listed at once", async ({ page }) => {
  const { pem } = await createCsr(["weak.example.net"], "rsa:1024");
  await page.goto(`/certificates/new?identity=${identity}`);
  await page.getByRole("textbox", { name: /^Certificate signing request/ }).fill(pem);
  const findings = page.getByRole("list", { name: "Findings" }).getByRole("listitem");
  await expect(findings.filter({ hasText: "weak.example.net" }).first()).toBeVisible();
  await expect(findings.filter({ hasText: /1024|2048/ }).first()).toBeVisible();
});

test("ten megabytes of garbage are rejected with a message, as a file, as pasted text and over the API, and Chancery keeps running", async ({
  page,
}) => {
  const rubbish = Buffer.alloc(10 * 1024 * 1024, "rubbish ");
  await page.goto(`/certificates/new?identity=${identity}`);
  await page
    .getByLabel(/Choose a CSR file/)
    .setInputFiles({ name: "rubbish.csr", mimeType: "application/octet-stream", buffer: rubbish });
  await expect(page.getByText(/rubbish\.csr is too large \(10.* limit is 64 KiB/)).toBeVisible();
  const field = page.getByRole("textbox", { name: /^Certificate signing request/ });
  await expect(field).toHaveValue("");
  await field.evaluate((box: HTMLTextAreaElement, text) => {
    Object.getOwnPropertyDescriptor(HTMLTextAreaElement.prototype, "value")?.set?.call(
      box,
      text.repeat((10 * 1024 * 1024) / text.length),
    );
    box.dispatchEvent(new Event("input", { bubbles: true }));
  }, "rubbish ");
  await expect(page.getByText(/The pasted text is too large \(10.* limit is 64 KiB/)).toBeVisible();
  await expect(field).toHaveValue("");
  const answer = await adminApi().post<{ code: string }>("/certificates", {
    profile: "tls-server",
    identity,
    csr: rubbish.toString(),
  });
  expect(answer).toMatchObject({ status: 413, body: { code: "request.too-large" } });
  expect((await fetch(`${chancery.http}/readyz`)).status).toBe(200);
});

test("text that is not a CSR is rejected with what to paste instead", async ({ page }) => {
  await page.goto(`/certificates/new?identity=${identity}`);
  await page.getByRole("textbox", { name: /^Certificate signing request/ }).fill("hello");
  await expect(page.getByText(/Can't be issued/)).toBeVisible();
  await expect(page.getByRole("list", { name: "Findings" })).toContainText(
    "That isn't a CSR. Paste the block that begins with -----BEGIN CERTIFICATE REQUEST-----.",
  );
});
