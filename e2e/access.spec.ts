import type { Request } from "@playwright/test";
import { apiAt, makeIdentity, type Certificate } from "./support/api";
import { makeToken } from "./support/command-line";
import { makeRequest } from "./support/openssl";
import { expect, hydrated, test } from "./support/test";
import {
  adminApi,
  chancery,
  emails,
  password,
  signIn,
  stateOf,
  strangersPage,
} from "./support/world";

const places = [
  "/",
  "/certificates",
  "/certificates/new",
  "/identities",
  "/identities/new",
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
  "/settings/tokens",
  "/settings/account",
];

async function issueOne(name: string): Promise<Certificate> {
  const identity = await makeIdentity(adminApi(), `access ${name}`);
  const { body, status } = await adminApi().post<Certificate>("/certificates", {
    profile: "tls-server",
    identity,
    csr: (await makeRequest([name])).pem,
  });
  expect(status, JSON.stringify(body)).toBe(201);
  return body;
}

test.describe("nobody signed in", () => {
  test("every page leads to the sign-in, and shows nothing of itself", async ({ request }) => {
    for (const path of places) {
      const answer = await request.get(path, { maxRedirects: 0 });
      expect([303, 307], `${path}: ${answer.status()}`).toContain(answer.status());
      expect(answer.headers()["location"], path).toMatch(/^(https?:\/\/[^/]+)?\/sign-in/);
    }
  });

  test("the way leads back to the page that was asked for, and to no other site", async ({
    page,
  }) => {
    await page.goto("/profiles");
    await signIn(page, emails.admin);
    await expect(page.getByRole("heading", { name: "Profiles", level: 1 })).toBeVisible();
    await page.context().clearCookies();
    await page.goto("/sign-in?next=https://example.net/");
    await signIn(page, emails.admin);
    await expect(page.getByRole("heading", { name: "Overview", level: 1 })).toBeVisible();
    expect(new URL(page.url()).origin).toBe(chancery.http);
  });

  test("the API asks for a token, and takes no token for another", async () => {
    for (const token of [null, "", "chy_0000000000000000000000000000000000000000000"]) {
      expect(
        await apiAt(chancery.http, token).get<{ code: string }>("/certificates"),
      ).toMatchObject({ status: 401 });
    }
  });
});

test.describe("an auditor", () => {
  test.use({ storageState: stateOf("auditor") });

  test("reads everything and is offered no act", async ({ page }) => {
    const { id } = await issueOne("seen.example.com");
    await page.goto(`/certificates/${id}`);
    await expect(page.getByRole("heading", { name: "seen.example.com", level: 1 })).toBeVisible();
    for (const act of ["Revoke", "Rotate", "Put on hold"])
      await expect(page.getByRole("button", { name: act })).toHaveCount(0);
    await page.goto("/audit");
    await expect(page.getByRole("button", { name: "Export" })).toBeVisible();
  });

  test("is kept from pages that act by their bare address, and that stands on the record", async ({
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
        page.getByRole("heading", { name: "Your role does not allow this page" }),
      ).toBeVisible();
    }
    await page.goto(`/audit?outcome=denied&actor=${emails.auditor}`);
    await expect(page.getByRole("link", { name: /authorities\/new/ }).first()).toBeVisible();
  });

  test("cannot revoke by sending an administrator's server action with their own session", async ({
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
    await adminPage.getByRole("dialog").getByRole("button", { name: "Revoke" }).click();
    await expect(adminPage.getByRole("button", { name: /Raise/ })).toBeVisible();
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

  test("is refused by the API as well", async () => {
    const api = apiAt(chancery.http, await makeToken(chancery.data, "auditor"));
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

  test("issues, but reaches neither users nor tokens nor the log", async ({ page, complaints }) => {
    complaints.allow(/status of 403/);
    await page.goto("/");
    await expect(page.getByRole("link", { name: "Issue certificate" })).toBeVisible();
    await expect(
      page.getByRole("navigation", { name: "Main" }).getByRole("link", { name: "Users" }),
    ).toHaveCount(0);
    for (const path of ["/settings/users", "/settings/tokens", "/audit"]) {
      await page.goto(path);
      await expect(
        page.getByRole("heading", { name: "Your role does not allow this page" }),
      ).toBeVisible();
      await expect(page.getByRole("table")).toHaveCount(0);
    }
  });

  test("signs out, and the session is over for the server too", async ({ page, browser }) => {
    const own = await strangersPage(browser),
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

test("after repeated failures a locked account, an account that does not exist and a wrong password all read the same", async ({
  page,
  complaints,
}) => {
  complaints.allow(/status of 401/);
  const made = await adminApi().post("/users", {
    email: "locked@example.com",
    name: "locked",
    role: "approver",
    password,
  });
  expect(made.status).toBe(201);
  const tell = async (email: string, secret: string) => {
    await page.goto("/sign-in");
    await signIn(page, email, secret);
    return page.getByRole("alert").filter({ hasText: /\w/ }).first().textContent();
  };
  const wrong = await tell("locked@example.com", "not the password");
  expect(wrong).toBe("The e-mail address or the password is not right.");
  for (let attempt = 0; attempt < 5; attempt++)
    expect(await tell("locked@example.com", "not the password")).toBe(wrong);
  expect(await tell("locked@example.com", password), "locked: even the right password").toBe(wrong);
  for (let attempt = 0; attempt < 6; attempt++)
    expect(await tell("nobody@example.com", "not the password")).toBe(wrong);
  const said = await adminApi().get<{ items: { action: string }[] }>(
    "/audit/events?action=account.locked",
  );
  expect(said.body.items.length).toBeGreaterThan(0);
});
