import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Browser, Page } from "@playwright/test";
import { apiAt, type Api } from "./api";
import { hydrated } from "./test";

/** Where the run's Chancery is; set by Playwright's global set-up. */
export const chancery = {
  http: process.env.CHANCERY_E2E_HTTP ?? "",
  https: process.env.CHANCERY_E2E_HTTPS ?? "",
  mtls: process.env.CHANCERY_E2E_MTLS ?? "",
  setup: process.env.CHANCERY_E2E_SETUP ?? "",
  data: process.env.CHANCERY_E2E_DATA ?? "",
};

export const organization = "Example";
export const password = "correct horse for these tests";
/** One account for each role that signs in; made in the first project. */
export const emails = {
  admin: "admin@example.com",
  operator: "operator@example.com",
  auditor: "auditor@example.com",
} as const;
export type Who = keyof typeof emails;

/** The browser state of somebody who is signed in. */
export const stateOf = (who: Who): string => join(chancery.data, `e2e-${who}.json`);
const tokenFile = join(chancery.data, "e2e-token");

export const keepToken = (token: string): void => {
  writeFileSync(tokenFile, token, { mode: 0o600 });
};
/** The API with an administrator's token. */
export const adminApi = (): Api => apiAt(chancery.http, readFileSync(tokenFile, "utf8"));

/** Fills the sign-in form and sends it. */
export async function signIn(page: Page, email: string, secret = password): Promise<void> {
  await hydrated(page);
  await page.getByLabel("E-mail address").fill(email);
  await page.getByLabel("Password").fill(secret);
  await page.getByRole("button", { name: "Sign in" }).click();
}

/** A page in a browser of its own where nobody is signed in, whoever the test runs as. Close its context. */
export async function strangersPage(browser: Browser): Promise<Page> {
  const context = await browser.newContext({
    baseURL: chancery.http,
    storageState: { cookies: [], origins: [] },
  });
  return context.newPage();
}
