import type { Request } from "@playwright/test";
import { apiAt, createIdentity, type Certificate } from "@/e2e/support/api";
import { createToken } from "@/e2e/support/command-line";
import { createCsr } from "@/e2e/support/openssl";
import { hydrated } from "@/e2e/support/hydrated";
import { expect, test } from "@/e2e/support/test";
import {
  adminApi,
  chancery,
  createUser,
  emails,
  password,
  signIn,
  stateOf,
  openAnonymousPage,
} from "@/e2e/support/world";
import { checkAppearance } from "@/e2e/support/look";

const paths = [
  "/",
  "/certificates",
  "/certificates/new",
  "/identities",
  "/identities/new",
  "/identities/conflicts",
  "/authorities",
  "/authorities/new",
  "/profiles",
  "/profiles/new",
  "/policies",
  "/policies/new",
  "/settings/proxies",
  "/audit",
  "/audit/export",
  "/audit/stream",
  "/audit/0",
  "/audit/0/proof",
  "/audit/proofs?seqs=0",
  "/audit/log",
  "/audit/log/consistency?from=0&to=0",
  "/audit/drill",
  "/settings/users",
  "/settings/power",
  "/settings/tokens",
  "/settings/account",
];

async function issueOne(name: string): Promise<Certificate> {
  const identity = await createIdentity(adminApi(), `access ${name}`);
  const { body, status } = await adminApi().post<Certificate>("/certificates", {
    profile: "tls-server",
    identity,
    csr: (await createCsr([name])).pem,
  });
  expect(status, JSON.stringify(body)).toBe(201);
  return body;
}

test.describe("a visitor who isn't signed in", () => {
  test("every page redirects to the sign-in page and reveals nothing", async ({ request }) => {
    for (const path of paths) {
      const answer = await request.get(path, { maxRedirects: 0 });
      expect([303, 307], `${path}: ${answer.status()}`).toContain(answer.status());
      expect(answer.headers()["location"], path).toMatch(/^(https?:\/\/[^/]+)?\/sign-in/);
    }
  });

  test("sign-in returns to the requested page, and to no other site", async ({ page }) => {
    await page.goto("/profiles");
    await signIn(page, emails.admin);
    await expect(page.getByRole("heading", { name: "Profiles", level: 1 })).toBeVisible();
    await page.context().clearCookies();
    await page.goto("/sign-in?next=https://example.net/");
    await signIn(page, emails.admin);
    await expect(page.getByRole("heading", { name: "Overview", level: 1 })).toBeVisible();
    expect(new URL(page.url()).origin).toBe(chancery.http);
  });

  test("the API requires a valid token", async () => {
    for (const token of [null, "", "chy_0000000000000000000000000000000000000000000"]) {
      expect(
        await apiAt(chancery.http, token).get<{ code: string }>("/certificates"),
      ).toMatchObject({ status: 401 });
    }
  });
});

test.describe("an auditor", () => {
  test.use({ storageState: stateOf("auditor") });

  test("reads everything and is offered no action", async ({ page }) => {
    const { id } = await issueOne("seen.example.com");
    await page.goto(`/certificates/${id}`);
    await expect(page.getByRole("heading", { name: "seen.example.com", level: 1 })).toBeVisible();
    for (const act of ["Revoke", "Rotate", "Put on hold"])
      await expect(page.getByRole("button", { name: act })).toHaveCount(0);
    await page.goto("/audit");
    await expect(page.getByRole("button", { name: "Export" })).toBeVisible();
  });

  test("is denied the pages that change something, and the denial is recorded", async ({
    page,
    complaints,
  }) => {
    complaints.allow(/status of 403/);
    for (const path of [
      "/certificates/new",
      "/authorities/new",
      "/profiles/new",
      "/identities/new",
    ]) {
      await page.goto(path);
      await expect(
        page.getByRole("heading", { name: "You don't have access to this page" }),
      ).toBeVisible();
    }
    await page.goto(`/audit?outcome=denied&actor=${emails.auditor}`);
    await expect(page.getByRole("link", { name: /authorities\/new/ }).first()).toBeVisible();
  });

  test("an auditor can't revoke by sending the server action of an administrator in their own session", async ({
    browser,
    context,
    page,
  }) => {
    const victim = await issueOne("victim.example.com"),
      other = await issueOne("other.example.com");
    const admin = await browser.newContext({
      baseURL: chancery.http,
      storageState: stateOf("admin"),
    });
    const adminPage = await admin.newPage();
    const sent: Request[] = [];
    adminPage.on("request", (request) => {
      if (request.headers()["next-action"]) sent.push(request);
    });
    await adminPage.goto(`/certificates/${other.id}`);
    await hydrated(adminPage);
    await adminPage.getByRole("button", { name: "Revoke" }).click();
    await adminPage.getByRole("radio", { name: "Superseded" }).check();
    await adminPage.getByRole("dialog").getByRole("button", { name: "Revoke" }).click();
    await expect(adminPage.getByRole("button", { name: /Change reason/ })).toBeVisible();
    await admin.close();
    const action = sent.find((request) => request.postData()?.includes(other.id));
    expect(action, "the administrator's server action").toBeDefined();
    const {
      "next-action": actionId = "",
      "next-router-state-tree": tree = "",
      "content-type": type = "",
    } = action?.headers() ?? {};
    const answer = await context.request.post(`/certificates/${victim.id}`, {
      headers: {
        "next-action": actionId,
        "next-router-state-tree": tree,
        "content-type": type,
        origin: chancery.http,
        accept: "text/x-component",
      },
      data: action?.postData()?.replaceAll(other.id, victim.id) ?? "",
    });
    expect(await answer.text()).toContain('"code":"forbidden"');
    expect((await adminApi().get<Certificate>(`/certificates/${victim.id}`)).body.status).toBe(
      "valid",
    );
    await page.goto(`/audit?outcome=denied&actor=${emails.auditor}&q=${victim.id}`);
    await expect(
      page.getByRole("table", { name: "Entries" }).getByRole("link").first(),
    ).toBeVisible();
  });

  test("the API denies an auditor as well", async () => {
    const api = apiAt(chancery.http, await createToken(chancery.data, "auditor"));
    const { id } = await issueOne("api.example.com");
    expect((await api.get(`/certificates/${id}`)).status).toBe(200);
    expect(await api.post(`/certificates/${id}/revoke`, { reason: "superseded" })).toMatchObject({
      status: 403,
      body: { code: "forbidden" },
    });
    expect(
      await api.post("/certificates", { profile: "tls-server", identity: "idn_x", csr: "x" }),
    ).toMatchObject({ status: 403 });
  });
});

test.describe("an operator", () => {
  test.use({ storageState: stateOf("operator") });

  test("an operator issues, but can't open users, tokens or the audit log", async ({
    page,
    complaints,
  }) => {
    complaints.allow(/status of 403/);
    await page.goto("/");
    await expect(page.getByRole("link", { name: "Issue certificate" })).toBeVisible();
    await expect(
      page.getByRole("navigation", { name: "Main" }).getByRole("link", { name: "Users" }),
    ).toHaveCount(0);
    for (const path of ["/settings/users", "/settings/tokens", "/audit"]) {
      await page.goto(path);
      await expect(
        page.getByRole("heading", { name: "You don't have access to this page" }),
      ).toBeVisible();
      await expect(page.getByRole("table")).toHaveCount(0);
    }
  });

  test("an operator signs out, and the server ends the session too", async ({ page, browser }) => {
    const own = await openAnonymousPage(browser),
      context = own.context();
    await own.goto("/sign-in");
    await signIn(own, emails.operator);
    await expect(own.getByRole("heading", { name: "Overview", level: 1 })).toBeVisible();
    await hydrated(own);
    const cookies = await context.cookies();
    await own.getByRole("button", { name: /^Account/ }).click();
    await own.getByRole("menuitem", { name: "Sign out" }).click();
    await expect(own.getByRole("heading", { name: "Sign in" })).toBeVisible();
    await context.addCookies(cookies);
    await own.goto("/certificates");
    await expect(own.getByText("Your session has ended.")).toBeVisible();
    await context.close();
    await page.goto("/certificates");
    await expect(page.getByRole("heading", { name: "Certificates", level: 1 })).toBeVisible();
  });
});

test("after five wrong passwords the page says how long to wait, in the same words for a user that doesn't exist", async ({
  page,
  browser,
  complaints,
}) => {
  complaints.allow(/status of (401|429)/);
  const user = { email: "locked@example.com", name: "locked", role: "approver" };
  await (await createUser(browser, user)).page.context().close();
  const tell = async (email: string, secret: string) => {
    await page.goto("/sign-in");
    await signIn(page, email, secret);
    return page.getByRole("alert").filter({ hasText: /\w/ }).first().textContent();
  };
  const wrong = "Incorrect email or password.";
  const limited = /^Too many failed sign-ins\. Try again in 15 minutes/;
  for (const email of ["locked@example.com", "nobody@example.com"]) {
    for (let attempt = 0; attempt < 5; attempt++)
      expect(await tell(email, "not the password")).toBe(wrong);
    expect(await tell(email, password), "limited: even the right password").toMatch(limited);
  }
  await checkAppearance(page, "sign-in-limited");
  const said = await adminApi().get<{ items: { action: string }[] }>(
    "/audit/events?action=account.locked",
  );
  expect(said.body.items.length).toBeGreaterThan(0);
});
