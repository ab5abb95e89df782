import { copyFileSync, mkdtempSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Locator, Page } from "@playwright/test";
import { createIdentity } from "./api";
import { run, runOrThrow } from "./run";
import { expect } from "./test";
import { adminApi } from "./world";

const folder = mkdtempSync(join(tmpdir(), "chancery-keys-"));
let made = 0;
/** A name that no other test uses. */
export const newName = () => `made-${(made += 1)}.example.com`;

let holder = "";
export const keyHolder = (): string => holder;
/** A profile for every type of key. */
const anyKey = "tls-server-any-key";

type Profile = Readonly<{ authorityId: string; rules: object }>;

/** Adds a profile that is like TLS server, for keys of these types. */
export async function createProfile(
  slug: string,
  name: string,
  keyAlgorithms: readonly string[],
  more: object = {},
) {
  const api = adminApi();
  const { body } = await api.get<Profile>("/profiles/tls-server");
  const rules = { ...body.rules, keyAlgorithms, ...more };
  const input = { slug, name, description: "", authority: body.authorityId, rules };
  const answer = await api.post("/profiles", input);
  expect([201, 409], JSON.stringify(answer.body)).toContain(answer.status);
}

/** Creates the identity and the profile that the tests of one file use. */
export async function prepareKeyTests(): Promise<void> {
  holder = `made here ${Date.now()}`;
  await createIdentity(adminApi(), holder);
  await createProfile(anyKey, "Any key", ["ecdsa-p256", "ecdsa-p384", "rsa-3072", "ed25519"]);
}

export const issueButton = (page: Page) =>
  page.getByRole("button", { name: /issue$|^Issue certificate$/ });
export const nameField = (page: Page | Locator, number = 1) =>
  page.getByRole("textbox", { name: `Name ${number}`, exact: true });
export const question = (page: Page) =>
  page.getByRole("alertdialog", { name: "Leave without the private key?" });

/** Chooses an identity, the one of the tests by default. */
export async function pickHolder(page: Page, name = keyHolder()): Promise<void> {
  await page.getByRole("combobox", { name: "Identity" }).fill(name);
  await page.getByRole("option", { name: new RegExp(`^${name}`) }).click();
}

/** Opens the form with a key that is made in it, for one name. */
export async function openWithNewKey(
  page: Page,
  keyType = "ECDSA P-256",
  name = newName(),
): Promise<string> {
  await page.goto("/certificates/new");
  await page.getByRole("radio", { name: "Create a key here" }).check();
  if (keyType === "Ed25519")
    await page.getByRole("combobox", { name: "Profile" }).selectOption(anyKey);
  await page.getByRole("radio", { name: keyType }).check();
  await pickHolder(page);
  await nameField(page).fill(name);
  await expect(page.getByText("Ready to issue.")).toBeVisible();
  return name;
}

/** Issues what the form shows. */
export async function issueWithNewKey(page: Page): Promise<void> {
  await issueButton(page).click();
  await expect(page.getByText(/^Issued\./)).toBeVisible();
  await expect(page.getByText("Download the private key now.")).toBeVisible();
}

/** Downloads with a button, and returns the path of the file under its own name. */
export async function download(page: Page, button: string | RegExp): Promise<string> {
  const [file] = await Promise.all([
    page.waitForEvent("download"),
    page.getByRole("button", { name: button, exact: true }).click(),
  ]);
  const path = join(folder, file.suggestedFilename());
  copyFileSync(await file.path(), path);
  return path;
}

/** The password that the page made for the file. */
export const generatedPassword = async (page: Page): Promise<string> =>
  page.locator("[data-secret]").innerText();

/** SHA-256 of the public key in PEM, of a private key or a certificate. */
export async function publicKeyOf(file: string, from: "key" | "certificate"): Promise<string> {
  const args =
    from === "key" ? ["pkey", "-in", file, "-pubout"] : ["x509", "-in", file, "-noout", "-pubkey"];
  return runOrThrow("openssl", args);
}

/** Programs that open a PKCS#12 file; each checks that it has the key of its certificate. */
export const pkcs12Readers: Readonly<
  Record<string, (p12: string, password: string, name: string) => Promise<void>>
> = {
  openssl: async (p12, password) => {
    const args = ["pkcs12", "-in", p12, "-passin", `pass:${password}`];
    const key = `${p12}.key`;
    const leaf = `${p12}.pem`;
    await runOrThrow("openssl", [...args, "-nocerts", "-nodes", "-out", key]);
    await runOrThrow("openssl", [...args, "-clcerts", "-nokeys", "-out", leaf]);
    expect(await publicKeyOf(key, "key")).toBe(await publicKeyOf(leaf, "certificate"));
    expect((await run("openssl", [...args.slice(0, 3), "-passin", "pass:wrong"])).code).not.toBe(0);
  },
  keytool: async (p12, password, name) => {
    const store = ["-keystore", p12, "-storepass", password];
    const list = await runOrThrow("keytool", ["-J-Duser.language=en", "-list", "-v", ...store]);
    expect(list).toContain(`Alias name: ${name}`);
    expect(list).toContain("Entry type: PrivateKeyEntry");
    expect(list).toContain("Certificate chain length: 2");
    // Signing with the key shows that Java has it, and not only its entry.
    await runOrThrow("keytool", ["-certreq", "-alias", name, ...store]);
  },
  pk12util: async (p12, password, name) => {
    const store = `sql:${mkdtempSync(join(folder, "nss-"))}`;
    await runOrThrow("certutil", ["-N", "-d", store, "--empty-password"]);
    await runOrThrow("pk12util", ["-i", p12, "-d", store, "-W", password, "-K", ""]);
    expect(await runOrThrow("certutil", ["-K", "-d", store])).toContain(name);
    expect(await runOrThrow("certutil", ["-L", "-d", store])).toMatch(
      new RegExp(`${name.replaceAll(".", String.raw`\.`)} +u,u,u`),
    );
  },
};
