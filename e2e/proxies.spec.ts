import { readFileSync } from "node:fs";
import { request } from "node:https";
import type { Browser, Page } from "@playwright/test";
import { type Certificate, createIdentity } from "@/e2e/support/api";
import { hydrated } from "@/e2e/support/hydrated";
import { checkAppearance } from "@/e2e/support/look";
import { createCsr, saveTempFile } from "@/e2e/support/openssl";
import { openPageWithCertificate } from "@/e2e/support/person";
import { expect, test } from "@/e2e/support/test";
import { adminApi, adminToken, chancery, emails, signIn, stateOf } from "@/e2e/support/world";

test.use({ storageState: stateOf("admin") });
test.describe.configure({ mode: "serial" });

// A browser that has the proxy's certificate and writes X-Forwarded-For is the proxy, for Chancery.
const name = `tls-edge-${Date.now().toString(36)}`;
let identity: string, files: Readonly<{ certPath: string; keyPath: string }>;
const address = "203.0.113.9";

test.beforeAll(async () => {
  identity = await createIdentity(adminApi(), name);
});

const openDialog = async (page: Page) => {
  await page.goto("/settings/proxies");
  await hydrated(page);
  const row = page.getByRole("row").filter({ hasText: name });
  await row.getByRole("button", { name: /^Actions for/ }).click();
};
async function openThroughProxy(browser: Browser): Promise<Page> {
  const page = await openPageWithCertificate(browser, files);
  await page.setExtraHTTPHeaders({ "x-forwarded-for": address });
  return page;
}

test("a proxy is trusted for what is chosen, at least one thing, and its row says what it may do", async ({
  page,
}) => {
  await page.goto("/settings/proxies");
  await hydrated(page);
  await page.getByRole("button", { name: "Trust a proxy" }).first().click();
  const dialog = page.getByRole("dialog");
  await dialog.getByRole("combobox", { name: "Identity" }).fill(name);
  await dialog.getByRole("option").first().click();
  const [forwardAuth, api, console] = ["Forward auth", "API", "Console"].map((label) =>
    dialog.getByRole("checkbox", { name: new RegExp(`^${label}`) }),
  );
  await expect(forwardAuth!).toBeChecked();
  await expect(api!).not.toBeChecked();
  await expect(console!).not.toBeChecked();
  await forwardAuth!.uncheck();
  await dialog.getByRole("button", { name: "Trust proxy" }).click();
  await expect(dialog.getByText("Choose at least one.")).toBeVisible();
  await checkAppearance(page, "proxy-scopes");
  await forwardAuth!.check();
  await dialog.getByRole("button", { name: "Trust proxy" }).click();
  const row = page.getByRole("row").filter({ hasText: name });
  await expect(row).toContainText("Authorizes requests to services");
  await expect(row).not.toContainText("addresses");
});

test("a page through a proxy that isn't trusted for the console is refused, with the reason", async ({
  browser,
  complaints,
}) => {
  complaints.allow(/403/);
  const { pem: csr, keyFile } = await createCsr(["console-edge.example.com"]);
  const { status, body } = await adminApi().post<Certificate>("/certificates", {
    profile: "tls-client-service",
    identity,
    csr,
  });
  expect(status, JSON.stringify(body)).toBe(201);
  files = { certPath: saveTempFile(body.pem + body.chainPem), keyPath: keyFile };
  const page = await openThroughProxy(browser);
  await page.goto("/sign-in");
  await expect(
    page.getByRole("heading", { name: "The proxy isn't trusted for this" }),
  ).toBeVisible();
  await expect(page.getByText("proxy.scope")).toBeVisible();
  await expect(page.getByRole("link", { name: "Sign in without a certificate" })).toHaveCount(0);
  await page.context().close();
});

test("with the console, people sign in through it, and the session has their address", async ({
  page,
  browser,
}) => {
  await openDialog(page);
  await page.getByRole("menuitem", { name: "Edit" }).click();
  const dialog = page.getByRole("dialog");
  await dialog.getByRole("checkbox", { name: /^Console/ }).check();
  await dialog.getByRole("checkbox", { name: /^API/ }).check();
  await dialog.getByRole("button", { name: "Save" }).click();
  await expect(dialog.getByText(/already has the following/)).toBeVisible();
  for (const group of await dialog.getByRole("checkbox", { name: /^I accept/ }).all())
    await group.check();
  await dialog.getByRole("button", { name: "Save" }).click();
  const row = page.getByRole("row").filter({ hasText: name });
  await expect(row).toContainText("Passes client addresses on to the console");
  await expect(row).toContainText("Passes client certificates on to the API");
  await checkAppearance(page, "proxies-scopes");
  const behind = await openThroughProxy(browser);
  await behind.goto("/sign-in");
  await signIn(behind, emails.auditor);
  await expect(behind).not.toHaveURL(/sign-in/);
  await behind.goto("/settings/account");
  await expect(behind.getByText(address).filter({ visible: true }).first()).toBeVisible();
  await behind.context().close();
});

/** A certificate is requested with a token, over a connection of the proxy. */
function requestThroughProxy(body: object): Promise<number> {
  return new Promise((resolve, reject) => {
    const { port } = new URL(chancery.mtls);
    request(
      {
        host: "127.0.0.1",
        port,
        path: "/api/v1/certificates",
        method: "POST",
        cert: readFileSync(files.certPath),
        key: readFileSync(files.keyPath),
        rejectUnauthorized: false,
        agent: false,
        headers: {
          authorization: `Bearer ${adminToken()}`,
          "content-type": "application/json",
          "x-forwarded-for": address,
        },
      },
      (response) => {
        response.resume().on("end", () => resolve(response.statusCode ?? 0));
      },
    )
      .on("error", reject)
      .end(JSON.stringify(body));
  });
}

test("removing it shows what ends and what was requested through it, then nothing passes", async ({
  page,
  browser,
  complaints,
}) => {
  complaints.allow(/403/);
  const owner = await createIdentity(adminApi(), "requested through the proxy");
  const { pem: csr } = await createCsr(["through-proxy.example.com"]);
  expect(await requestThroughProxy({ profile: "tls-client-service", identity: owner, csr })).toBe(
    201,
  );
  await openDialog(page);
  await page.getByRole("menuitem", { name: "Stop trusting" }).click();
  const dialog = page.getByRole("dialog");
  await expect(dialog.getByText("1 open session started through it will end.")).toBeVisible();
  await expect(dialog.getByText("1 certificate was requested through it")).toBeVisible();
  await expect(dialog.getByRole("link", { name: "through-proxy.example.com" })).toBeVisible();
  await checkAppearance(page, "proxy-remove");
  await dialog.getByRole("button", { name: "Stop trusting" }).click();
  await expect(page.getByRole("row").filter({ hasText: name })).toContainText("Removed");
  const behind = await openThroughProxy(browser);
  await behind.goto("/certificates");
  await expect(
    behind.getByRole("heading", { name: "The certificate belongs to a proxy" }),
  ).toBeVisible();
  await checkAppearance(behind, "proxy-removed-page");
  await behind.context().close();
});
