import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { checkAppearance } from "@/e2e/support/look";
import { expect, test } from "@/e2e/support/test";
import { chancery, stateOf } from "@/e2e/support/world";

test.use({ storageState: stateOf("admin") });

/** Another program on the same host: the same site for cookies, another origin for Chancery. */
let server: Server, attacker: string;
test.beforeAll(async () => {
  server = createServer((_request, response) => {
    response
      .writeHead(200, { "content-type": "text/html" })
      .end(
        `<form method="post" action="${chancery.http}/api/auth/signout"><button>Win a prize</button></form>`,
      );
  });
  await new Promise<void>((done) => {
    server.listen(0, () => done());
  });
  const { port } = server.address() as AddressInfo;
  attacker = `http://${new URL(chancery.http).hostname}:${port}/`;
});
test.afterAll(() => {
  server.closeAllConnections();
  server.close();
});

test("a page on another port can't sign a user out: a page says why, the session goes on, and the audit log names the site", async ({
  page,
  complaints,
}) => {
  complaints.allow(/status of 40[34]/);
  await page.goto("/");
  await expect(page.getByRole("heading", { name: "Overview", level: 1 })).toBeVisible();
  await page.goto(attacker);
  await page.getByRole("button", { name: "Win a prize" }).click();
  await expect(page.getByRole("heading", { name: "Request from another site" })).toBeVisible();
  await checkAppearance(page, "foreign-origin");
  await page.getByRole("link", { name: "Open Chancery" }).click();
  await expect(page.getByRole("heading", { name: "Overview", level: 1 })).toBeVisible();
  await page.goto("/audit?outcome=denied&q=signout");
  await expect(page.getByText(`sent by ${new URL(attacker).origin}`).first()).toBeVisible();
});

test("scripts of a page on another port are refused as well", async ({ page, complaints }) => {
  complaints.allow(/status of 40[34]/);
  await page.goto(attacker);
  const refused = page.waitForResponse((response) => response.url().includes("/api/auth/signout"));
  await page.evaluate(async (url) => {
    await fetch(url, { method: "POST", mode: "no-cors", credentials: "include" }).catch(() => null);
  }, `${chancery.http}/api/auth/signout`);
  expect((await refused).status()).toBe(403);
  await page.goto(`${chancery.http}/settings/account`);
  await expect(page.getByRole("heading", { level: 1 })).toBeVisible();
  await expect(page).toHaveURL(/settings\/account/);
});
