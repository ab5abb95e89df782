import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Browser, Page } from "@playwright/test";
import { apiAt, type Api } from "./api";
import { hydrated } from "./hydrated";
import { sharedFolder } from "@/testing/playwright-workers";

/** The Chancery of this worker, which a fixture starts before the first test (./test). */
export const chancery = { http: "", https: "", mtls: "", setup: "", data: "" };

export const organization = "Example";
export const password = "correct horse for these tests";
/** One account for each role that signs in; made in the first project. */
export const emails = {
  admin: "admin@example.com",
  operator: "operator@example.com",
  auditor: "auditor@example.com",
} as const;
export type TestUser = keyof typeof emails;

/** The browser state of a person who is signed in; the same for the Chancery of every worker. */
export const stateOf = (who: TestUser): string => join(sharedFolder(), `${who}.json`);
const tokenFile = () => join(sharedFolder(), "token");

export const keepToken = (token: string): void => {
  writeFileSync(tokenFile(), token, { mode: 0o600 });
};
/** The API with an administrator's token. */
export const adminApi = (): Api => apiAt(chancery.http, adminToken());
export const adminToken = (): string => readFileSync(tokenFile(), "utf8");

/** Fills the sign-in form and sends it. */
export async function signIn(page: Page, email: string, secret = password): Promise<void> {
  await hydrated(page);
  await page.getByLabel("Email").fill(email);
  await page.getByLabel("Password").fill(secret);
  await page.getByRole("button", { name: "Sign in" }).click();
}

type NewUser = Readonly<{ email: string; name: string; role: string }>;

/**
 * Creates a user, who sets the password with the link; the page is signed in. Close its context.
 */
export async function createUser(browser: Browser, user: NewUser): Promise<NewUserPage> {
  const { status, body } = await adminApi().post<{ id: string; link: string }>("/users", user);
  if (status !== 201) throw new Error(`${user.email}: ${status} ${JSON.stringify(body)}`);
  const page = await openAnonymousPage(browser);
  await page.goto(body.link);
  await hydrated(page);
  await page.getByLabel("New password").fill(password);
  await page.getByRole("button", { name: "Set password and sign in" }).click();
  await page.getByRole("heading", { name: "Overview", level: 1 }).waitFor();
  return { id: body.id, page };
}
type NewUserPage = Readonly<{ id: string; page: Page }>;

/**
 * Opens a page without a session in a new browser context, whatever the user of the test. Close its
 * context.
 */
export async function openAnonymousPage(browser: Browser): Promise<Page> {
  const context = await browser.newContext({
    baseURL: chancery.http,
    storageState: { cookies: [], origins: [] },
  });
  return context.newPage();
}
