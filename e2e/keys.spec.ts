import { createPrivateKey } from "node:crypto";
import { readFileSync } from "node:fs";
import {
  download,
  generatedPassword,
  issueButton,
  issueWithNewKey,
  nameField,
  newName,
  openWithNewKey,
  pickHolder,
  pkcs12Readers,
  prepareKeyTests,
  publicKeyOf,
} from "@/e2e/support/new-key";
import { checkAppearance } from "@/e2e/support/look";
import { expect, test } from "@/e2e/support/test";
import { recordWire } from "@/e2e/support/wire";
import { adminApi, stateOf } from "@/e2e/support/world";
import { findSecret } from "@/testing/find-secret";

test.use({ storageState: stateOf("admin") });
test.beforeAll(prepareKeyTests);

const stores = [
  ["ECDSA P-256", ["openssl", "keytool", "pk12util"]],
  ["ECDSA P-384", ["openssl", "keytool", "pk12util"]],
  ["RSA 3072", ["openssl", "keytool", "pk12util"]],
  ["Ed25519", ["openssl"]],
] as const;
for (const [keyType, programs] of stores)
  test(`a certificate with a key of type ${keyType} made in the browser is downloaded as PKCS#12, and opens in ${programs.join(", ")}`, async ({
    page,
  }) => {
    const name = await openWithNewKey(page, keyType);
    await issueWithNewKey(page);
    const password = await generatedPassword(page);
    const p12 = await download(page, "Download PKCS#12");
    expect(p12.endsWith(`/${name}.p12`)).toBe(true);
    await expect(page.getByText(`The key is in ${name}.p12.`)).toBeVisible();
    for (const program of programs) await pkcs12Readers[program]!(p12, password, name);
  });

test("a key made in the browser is downloaded as JKS, which keytool opens under its alias", async ({
  page,
}) => {
  const name = await openWithNewKey(page);
  await issueWithNewKey(page);
  await page.getByRole("radio", { name: /^JKS/ }).check();
  const password = await generatedPassword(page);
  await checkAppearance(page, "key-jks");
  const jks = await download(page, "Download JKS");
  expect(jks.endsWith(`/${name}.jks`)).toBe(true);
  await pkcs12Readers["keytool"]!(jks, password, name);
});

test("the private key and the password of its file are in no request, storage, cookie or URL of the page, whatever is downloaded", async ({
  page,
  context,
}) => {
  const wire = recordWire(context);
  await openWithNewKey(page);
  await issueWithNewKey(page);
  const password = await generatedPassword(page);
  await download(page, "Download PKCS#12");
  await page.getByRole("radio", { name: "PKCS#8" }).check();
  const pkcs8 = readFileSync(await download(page, "Download PKCS#8"));
  await page.getByRole("radio", { name: "PEM", exact: true }).check();
  await download(page, "Download all in one file");
  await download(page, "Certificate and chain");
  await page.getByRole("radio", { name: /^JKS/ }).check();
  await download(page, "Download JKS");
  const key = createPrivateKey({ key: pkcs8, format: "der", type: "pkcs8" });
  const jwk = key.export({ format: "jwk" });
  const secret = Buffer.from(jwk.d ?? "", "base64url");
  expect(secret).toHaveLength(32);
  await page.getByRole("link", { name: "View certificate" }).click();
  await expect(page.getByRole("heading", { name: "Chain of custody" })).toBeVisible();

  const kept = await page.evaluate(async () =>
    JSON.stringify([
      Object.entries(localStorage),
      Object.entries(sessionStorage),
      document.cookie,
      window.name,
      history.state,
      location.href,
      await indexedDB.databases(),
      await caches.keys(),
    ]),
  );
  const everything = Buffer.concat([...wire.sent, Buffer.from(kept)]);
  expect(findSecret(everything, secret)).toEqual([]);
  expect(everything.includes(password)).toBe(false);
  // The same search finds what has to be there: the public key, in the CSR.
  const publicPoint = Buffer.from(jwk.x ?? "", "base64url");
  expect(findSecret(everything, publicPoint)).toContain("base64");
  for (const encoded of [
    secret.toString("base64"),
    secret.toString("hex").toUpperCase(),
    encodeURIComponent(JSON.stringify({ d: jwk.d })),
    keyLines(pkcs8),
    JSON.stringify(keyLines(pkcs8)),
    [...secret].join(","),
  ])
    expect(findSecret(Buffer.from(encoded), secret), encoded.slice(0, 20)).not.toEqual([]);
});

const keyLines = (pkcs8: Buffer): string => pkcs8.toString("base64").replace(/.{64}/g, "$&\r\n");

test("the PEM files are what a server is configured with: key, certificate and chain that fit", async ({
  page,
}) => {
  await openWithNewKey(page, "RSA 3072");
  await issueWithNewKey(page);
  await page.getByRole("radio", { name: "PEM", exact: true }).check();
  const chain = await download(page, "Certificate and chain");
  expect(readFileSync(chain, "utf8")).not.toContain("PRIVATE");
  await expect(page.getByText("Download the private key now.")).toBeVisible();
  const key = await download(page, "Key");
  await expect(page.getByText(/^The key is in made-\d+\.example\.com-key\.pem\.$/)).toBeVisible();
  const whole = await download(page, "Download all in one file");
  expect(readFileSync(whole, "utf8")).toBe(readFileSync(key, "utf8") + readFileSync(chain, "utf8"));
  expect(await publicKeyOf(key, "key")).toBe(await publicKeyOf(chain, "certificate"));
  expect(readFileSync(chain, "utf8").match(/BEGIN CERTIFICATE/g)).toHaveLength(2);
});

test("your own password is typed twice, in ASCII, and opens the file", async ({ page }) => {
  await openWithNewKey(page);
  await issueWithNewKey(page);
  await page.getByText("Your own", { exact: true }).click();
  const button = page.getByRole("button", { name: "Download PKCS#12" });
  const [first, second] = [
    page.getByLabel("Password", { exact: true }),
    page.getByLabel("Repeat the password"),
  ];
  await expect(button).toHaveAttribute("aria-disabled", "true");
  for (const [typed, repeated] of [
    ["short", "short"],
    ["pässword-of-mine", "pässword-of-mine"],
    ["password-of-mine", "password-of-nine"],
    ["password-of-mine", ""],
  ] as const) {
    await first.fill(typed);
    await second.fill(repeated);
    await expect(button).toHaveAttribute("aria-disabled", "true");
  }
  await second.fill("password-of-mine");
  const p12 = await download(page, "Download PKCS#12");
  await pkcs12Readers.openssl!(p12, "password-of-mine", "");
});

test("what is shown is what is sent: a name that is edited blocks the button until its own preview is there", async ({
  page,
}) => {
  await openWithNewKey(page);
  let release: () => void = () => undefined;
  const held = new Promise<void>((resolve) => {
    release = resolve;
  });
  await page.route("**/certificates/new", async (route) => {
    await held;
    await route.continue();
  });
  const other = newName();
  await nameField(page).fill(other);
  await expect(issueButton(page)).toHaveAttribute("aria-disabled", "true");
  await expect(page.getByText("Ready to issue.")).toBeHidden();
  await issueButton(page).click({ force: true });
  release();
  await expect(page.getByText("Ready to issue.")).toBeVisible();
  await issueWithNewKey(page);
  await expect(page.getByRole("heading", { name: other, level: 2 })).toBeVisible();
});

for (const [type, typed, says] of [
  ["DNS", "made_x.example.com", /labels of letters, digits and hyphens/],
  ["DNS", "bücher.example.com", /xn--bcher-kva\.example\.com/],
  ["DNS", "pay.example.com.", /without the dot/],
  ["IP", "10.0.0.0/8", /without a prefix length/],
  ["URI", "spiffe://example.com/pay/", /slash at the end/],
] as const)
  test(`the name ${typed} of type ${type} is refused at its field, with how to write it, and no preview of another name stays`, async ({
    page,
  }) => {
    await openWithNewKey(page);
    await page.getByRole("combobox", { name: "Type of name 1" }).selectOption({ label: type });
    await nameField(page).fill(typed);
    await expect(nameField(page)).toHaveAttribute("aria-invalid", "true");
    await expect(page.getByText(says)).toBeVisible();
    await expect(page.getByText("Fix the names", { exact: true })).toBeVisible();
    await expect(page.getByText("Ready to issue.")).toBeHidden();
    await expect(issueButton(page)).toHaveAttribute("aria-disabled", "true");
    await issueButton(page).click({ force: true });
    await nameField(page).press("Enter");
    await expect(page.getByRole("link", { name: "View certificate" })).toBeHidden();
  });

test("a wrong common name is refused at its field, an empty one is none", async ({ page }) => {
  await openWithNewKey(page);
  const commonName = page.getByRole("textbox", { name: /^Common name/ });
  await commonName.fill("pay, Berlin");
  await expect(commonName).toHaveAttribute("aria-invalid", "true");
  await expect(issueButton(page)).toHaveAttribute("aria-disabled", "true");
  await commonName.fill("");
  await expect(page.getByText("Ready to issue.")).toBeVisible();
});

test("the names that an identity holds are entered for it, and never replace what was typed", async ({
  page,
}) => {
  const [held, other] = [newName(), newName()];
  const create = (name: string, dns: string, network: string) =>
    adminApi().post<{ id: string }>("/identities", {
      kind: "service",
      name,
      owner: "platform-team@example.com",
      names: [
        { type: "dns", value: dns },
        { type: "ip", value: network },
      ],
    });
  const [first, second] = [`holds ${Date.now()}`, `also holds ${Date.now()}`];
  await create(first, held, "10.77.0.0/16");
  const { body } = await create(second, other, "10.78.0.0/16");
  await page.goto("/certificates/new");
  await page.getByRole("radio", { name: "Create a key here" }).check();
  await pickHolder(page, first);
  await expect(nameField(page)).toHaveValue(held);
  await expect(nameField(page, 2)).toBeHidden();
  await expect(page.getByText("Ready to issue.")).toBeVisible();
  await pickHolder(page, second);
  await expect(nameField(page)).toHaveValue(other);
  await nameField(page).fill(`www.${other}`);
  await pickHolder(page, first);
  await expect(nameField(page)).toHaveValue(`www.${other}`);
  await page.goto(`/certificates/new?identity=${body.id}`);
  await page.getByRole("radio", { name: "Create a key here" }).check();
  await expect(nameField(page)).toHaveValue(other);
});
