import { readFileSync } from "node:fs";
import type { Locator } from "@playwright/test";
import { checkAppearance } from "@/e2e/support/look";
import {
  createProfile,
  download,
  generatedPassword,
  issueButton,
  issueWithNewKey,
  keyHolder,
  nameField,
  newName,
  openWithNewKey,
  pkcs12Readers,
  prepareKeyTests,
  question,
} from "@/e2e/support/new-key";
import { openPalette } from "@/e2e/support/palette";
import { expect, test } from "@/e2e/support/test";
import { stateOf } from "@/e2e/support/world";

test.use({ storageState: stateOf("admin") });
test.beforeAll(prepareKeyTests);

test("if issuing fails, the key, the names and the password stay, and the next attempt uses the same key", async ({
  page,
  complaints,
}) => {
  complaints.allow(/Failed to load resource|net::ERR_FAILED|fetch/i);
  await openWithNewKey(page);
  const fingerprint = page
    .locator("section", { has: page.getByRole("heading", { name: "Requested" }) })
    .getByRole("button", { name: /key fingerprint/i })
    .first();
  const before = await fingerprint.evaluate((one) => one.parentElement?.outerHTML);
  await page.route("**/certificates/new", (route) => route.abort());
  await issueButton(page).click();
  await expect(page.getByText(/The server didn't respond/)).toBeVisible();
  await page.unroute("**/certificates/new");
  expect(await fingerprint.evaluate((one) => one.parentElement?.outerHTML)).toBe(before);
  await issueWithNewKey(page);
  await download(page, "Download PKCS#12");
});

test("until the key is downloaded, every way out asks first, and staying loses nothing", async ({
  page,
}) => {
  await page.goto("/certificates");
  await openWithNewKey(page);
  await issueWithNewKey(page);
  const stay = async () => {
    await expect(question(page)).toBeVisible();
    await question(page).getByRole("button", { name: "Cancel" }).click();
    await expect(question(page)).toBeHidden();
    await expect(page.getByText("Download the private key now.")).toBeVisible();
  };
  await page.getByRole("link", { name: "View certificate" }).click();
  await expect(question(page)).toBeVisible();
  await checkAppearance(page, "keys-leave");
  await stay();
  await page.getByRole("navigation").getByRole("link", { name: "Alerts" }).first().click();
  await stay();
  await page.getByRole("button", { name: "Issue another" }).click();
  await stay();
  await page.keyboard.press("g");
  await page.keyboard.press("c");
  await stay();
  await openPalette(page);
  await page.keyboard.type("overview");
  await page.keyboard.press("Enter");
  await stay();
  await page.goBack();
  await stay();
  await page.goBack();
  await stay();
  const asked = page.waitForEvent("dialog");
  const reload = page.evaluate(() => {
    location.reload();
  });
  const dialog = await asked;
  expect(dialog.type()).toBe("beforeunload");
  await dialog.dismiss();
  await reload.catch(() => undefined);
  const p12 = await download(page, "Download PKCS#12");
  expect(readFileSync(p12).length).toBeGreaterThan(1000);
  await page.getByRole("navigation").getByRole("link", { name: "Alerts" }).first().click();
  await expect(page.getByRole("heading", { name: "Alerts", level: 1 })).toBeVisible();
});

test("who leaves anyway leaves at once, without a second question", async ({ page }) => {
  await openWithNewKey(page);
  await issueWithNewKey(page);
  await page.getByRole("link", { name: "View certificate" }).click();
  await question(page).getByRole("button", { name: "Leave without the key" }).click();
  await expect(page.getByRole("heading", { name: "Chain of custody" })).toBeVisible();
  await page.reload();
  await expect(page.getByRole("heading", { name: "Chain of custody" })).toBeVisible();
});

test("a type of key that the profile refuses is said, and can't be chosen", async ({ page }) => {
  const slug = "tls-server-p384";
  await createProfile(slug, "P-384 only", ["ecdsa-p384"]);
  await page.goto("/certificates/new");
  await page.getByRole("combobox", { name: "Profile" }).selectOption(slug);
  await page.getByRole("radio", { name: "Create a key here" }).check();
  await expect(page.getByRole("radio", { name: "ECDSA P-384" })).toBeChecked();
  for (const refused of ["ECDSA P-256", "RSA 3072", "Ed25519"])
    await expect(page.getByRole("radio", { name: refused })).toBeDisabled();
  await expect(page.getByText("The profile doesn’t allow it.")).toHaveCount(3);
});

test("a certificate is rotated with a key that is made in the dialog, which asks before it closes", async ({
  page,
}) => {
  const name = await openWithNewKey(page);
  await issueWithNewKey(page);
  await download(page, "Download PKCS#12");
  await page.getByRole("link", { name: "View certificate" }).click();
  await page.getByRole("button", { name: "Rotate" }).click();
  const dialog = page.getByRole("dialog");
  await dialog.getByRole("radio", { name: "Create a key here" }).check();
  await expect(nameField(dialog)).toHaveValue(name);
  await checkAppearance(page, "keys-rotate");
  await dialog.getByRole("radio", { name: "RSA 3072" }).check();
  await dialog.getByRole("button", { name: "Rotate" }).click();
  await expect(dialog.getByText("Rotated.")).toBeVisible();
  await checkAppearance(page, "keys-rotated");
  await page.keyboard.press("Escape");
  await question(page).getByRole("button", { name: "Cancel" }).click();
  await expect(dialog.getByText("Download the private key now.")).toBeVisible();
  const password = await generatedPassword(page);
  const p12 = await download(page, "Download PKCS#12");
  await pkcs12Readers.openssl!(p12, password, name);
  await dialog.getByRole("button", { name: "View the new certificate" }).click();
  await expect(page.getByRole("link", { name: "View predecessor" })).toBeVisible();
  await expect(page.getByText(/RSA 3072/).first()).toBeVisible();
});

test("a key is made, certified and downloaded by keyboard alone", async ({ page }) => {
  const tabTo = async (wanted: Locator) => {
    for (let stop = 0; stop < 80; stop++) {
      if (await wanted.evaluate((one) => one === document.activeElement).catch(() => false)) return;
      await page.keyboard.press("Tab");
    }
    throw new Error("Tab never reached the element.");
  };
  await page.goto("/certificates/new");
  await tabTo(page.getByRole("radio", { name: "Paste a CSR" }));
  await page.keyboard.press("ArrowRight");
  await tabTo(page.getByRole("combobox", { name: "Identity" }));
  await page.keyboard.type(keyHolder());
  await expect(page.getByRole("option", { name: new RegExp(`^${keyHolder()}`) })).toHaveAttribute(
    "aria-selected",
    "true",
  );
  await page.keyboard.press("Enter");
  await tabTo(page.getByRole("radio", { name: "ECDSA P-256" }));
  await page.keyboard.press("ArrowDown");
  await tabTo(nameField(page));
  await page.keyboard.press("Control+a");
  await page.keyboard.type(newName());
  await expect(page.getByText("Ready to issue.")).toBeVisible();
  await tabTo(issueButton(page));
  await page.keyboard.press("Enter");
  await expect(page.getByText(/^Issued\./)).toBeVisible();
  await tabTo(page.getByRole("button", { name: "Download PKCS#12" }));
  const [file] = await Promise.all([page.waitForEvent("download"), page.keyboard.press("Enter")]);
  expect(file.suggestedFilename()).toMatch(/\.p12$/);
});

test("the form, its errors and the download look right in light and dark, and on a phone", async ({
  page,
}) => {
  await page.goto("/certificates/new");
  await page.getByRole("radio", { name: "Create a key here" }).check();
  await expect(page.getByText("No names yet")).toBeVisible();
  await checkAppearance(page, "keys-empty", { fullPage: true });
  await openWithNewKey(page);
  await checkAppearance(page, "keys-ready", { fullPage: true });
  await nameField(page).fill("made_x.example.com");
  await expect(nameField(page)).toHaveAttribute("aria-invalid", "true");
  await checkAppearance(page, "keys-wrong-name", { fullPage: true });
  await nameField(page).fill(newName());
  await expect(page.getByText("Ready to issue.")).toBeVisible();
  await issueWithNewKey(page);
  await checkAppearance(page, "keys-save", { fullPage: true });
  await page.getByText("Your own", { exact: true }).click();
  await page.getByLabel("Password", { exact: true }).fill("short");
  await checkAppearance(page, "keys-own-password", { fullPage: true });
  await page.getByRole("radio", { name: "PEM", exact: true }).check();
  await download(page, "Download all in one file");
  await checkAppearance(page, "keys-saved", { fullPage: true });
});
