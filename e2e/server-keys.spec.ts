import {
  createProfile,
  download,
  generatedPassword,
  issueWithNewKey,
  nameField,
  newName,
  pickHolder,
  pkcs12Readers,
  prepareKeyTests,
  publicKeyOf,
  question,
} from "@/e2e/support/new-key";
import { checkAppearance } from "@/e2e/support/look";
import { expect, test } from "@/e2e/support/test";
import { stateOf } from "@/e2e/support/world";
import type { Page } from "@playwright/test";

const slug = "keys-by-chancery";
test.use({ storageState: stateOf("admin") });
test.beforeAll(async () => {
  await prepareKeyTests();
  const algorithms = ["ecdsa-p256", "ecdsa-p384", "rsa-3072", "ed25519"];
  await createProfile(slug, "Keys by Chancery", algorithms, { serverKeys: true });
});

const byChancery = (page: Page) => page.getByRole("radio", { name: "Have Chancery create it" });

/** Opens the form for a key that Chancery makes, for one name. */
async function openForm(page: Page): Promise<string> {
  const name = newName();
  await page.goto("/certificates/new");
  await page.getByRole("combobox", { name: "Profile" }).selectOption(slug);
  await byChancery(page).check();
  await pickHolder(page);
  await nameField(page).fill(name);
  await expect(page.getByText("Ready to issue.")).toBeVisible();
  return name;
}

test("a key that Chancery makes is downloaded once as PKCS#12, and the certificate and the log say who made it", async ({
  page,
}) => {
  const name = await openForm(page);
  await expect(page.getByText("A key created in your browser is safer.")).toBeVisible();
  await expect(
    page.getByText("Of the key that is made when the certificate is issued"),
  ).toBeVisible();
  await checkAppearance(page, "server-key-form");
  await issueWithNewKey(page);
  await expect(page.getByText(/Chancery keeps no copy of this key/)).toBeVisible();
  await checkAppearance(page, "server-key-issued");
  const password = await generatedPassword(page);
  const p12 = await download(page, "Download PKCS#12");
  await pkcs12Readers["openssl"]!(p12, password, name);
  await page.getByRole("radio", { name: "PEM", exact: true }).check();
  const whole = await download(page, "Download all in one file");
  expect(await publicKeyOf(whole, "key")).toBe(await publicKeyOf(whole, "certificate"));
  await page.getByRole("link", { name: "View certificate" }).click();
  await expect(page.getByText("Key made by Chancery", { exact: true })).toBeVisible();
  await expect(page.getByText(/with a key that Chancery made and handed to/)).toBeVisible();
  await checkAppearance(page, "server-key-certificate");
  await expect(page.getByText("PRIVATE KEY")).toBeHidden();
  await page.reload();
  await expect(page.getByRole("button", { name: "Download PKCS#12" })).toBeHidden();
});

test("until the key is downloaded, leaving the page asks first", async ({ page }) => {
  await openForm(page);
  await issueWithNewKey(page);
  await page.getByRole("link", { name: "View certificate" }).click();
  await expect(question(page)).toBeVisible();
});

test("a certificate is rotated with a key that Chancery makes, for the names that it has", async ({
  page,
}) => {
  const name = await openForm(page);
  await issueWithNewKey(page);
  await download(page, "Download PKCS#12");
  await page.getByRole("link", { name: "View certificate" }).click();
  await page.getByRole("button", { name: "Rotate" }).click();
  const dialog = page.getByRole("dialog", { name: `Rotate ${name}` });
  await byChancery(page).check();
  await dialog.getByRole("radio", { name: "ECDSA P-384" }).check();
  await expect(nameField(page)).toBeHidden();
  await checkAppearance(page, "server-key-rotate");
  await dialog.getByRole("button", { name: "Rotate", exact: true }).click();
  await expect(page.getByText("Download the private key now.")).toBeVisible();
  const password = await generatedPassword(page);
  const p12 = await download(page, "Download PKCS#12");
  await pkcs12Readers["openssl"]!(p12, password, name);
  await page.getByRole("button", { name: "View the new certificate" }).click();
  await expect(page.getByText("ECDSA P-384").first()).toBeVisible();
  await expect(page.getByText("Key made by Chancery", { exact: true })).toBeVisible();
});

test("the choice isn't there under a profile that doesn't allow it, and choosing such a profile goes back to the browser", async ({
  page,
}) => {
  await page.goto("/certificates/new");
  const profile = page.getByRole("combobox", { name: "Profile" });
  await profile.selectOption("tls-server");
  await expect(byChancery(page)).toBeHidden();
  await expect(page.getByRole("radio", { name: "Paste a CSR" })).toBeChecked();
  await profile.selectOption(slug);
  await byChancery(page).check();
  await profile.selectOption("tls-server");
  await expect(byChancery(page)).toBeHidden();
  await expect(page.getByRole("radio", { name: "Create a key here" })).toBeChecked();
});

test("a profile for people can't allow it, said at the field; one for services says it on its page", async ({
  page,
}) => {
  await page.goto("/profiles/new");
  await page.getByRole("textbox", { name: /^Name$/ }).fill("Printers");
  await page.getByRole("textbox", { name: /^Slug/ }).fill(`printers-${Date.now()}`);
  await page.getByRole("textbox", { name: /^DNS names/ }).fill("**.example.com");
  const allow = page.getByRole("checkbox", { name: "Chancery can make the private key" });
  await expect(allow).not.toBeChecked();
  await allow.check();
  await page.getByRole("checkbox", { name: "People", exact: true }).check();
  await page.getByRole("button", { name: "Create profile" }).click();
  await expect(page.getByText(/^Chancery makes no keys for people/)).toBeVisible();
  await expect(allow).toHaveAttribute("aria-invalid", "true");
  await checkAppearance(page, "profile-server-keys-rejected");
  await page.getByRole("checkbox", { name: "People", exact: true }).uncheck();
  await page.getByRole("button", { name: "Create profile" }).click();
  await expect(
    page.getByText("Chancery makes them if a request asks for it, and hands them out once"),
  ).toBeVisible();
});
