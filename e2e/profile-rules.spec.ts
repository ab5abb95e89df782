import { apiAt, createIdentity } from "@/e2e/support/api";
import { checkAppearance } from "@/e2e/support/look";
import { createCsr } from "@/e2e/support/openssl";
import { expect, test } from "@/e2e/support/test";
import { adminApi, chancery, stateOf } from "@/e2e/support/world";
import type { Page } from "@playwright/test";

test.use({ storageState: stateOf("admin") });

const box = (page: Page, name: string | RegExp) => page.getByRole("textbox", { name });

test("rules that allow any name, and names in the fixed subject, are rejected at their fields", async ({
  page,
}) => {
  await page.goto("/profiles/new");
  await box(page, /^Name$/).fill("Anything");
  await box(page, /^Slug/).fill("anything");
  await page.getByRole("checkbox", { name: "Services" }).uncheck();
  await box(page, /^DNS names/).fill("**.example.com\n*");
  await box(page, /^IP ranges/).fill("0.0.0.0/0");
  await box(page, /^Email domains/).fill("*");
  await box(page, /^URIs/).fill("https://example.com:x@evil.example/");
  await box(page, /^Name templates/).fill("spiffe://{identity.name}/pay");
  await box(page, /^Fixed subject/).fill("CN=vault.example.com");
  await page.getByRole("button", { name: "Create profile" }).click();
  for (const field of [
    /^DNS names/,
    /^IP ranges/,
    /^Email domains/,
    /^URIs/,
    /^Name templates/,
    /^Fixed subject/,
  ])
    await expect(box(page, field)).toHaveAttribute("aria-invalid", "true");
  await expect(page.getByText("Choose at least one kind of identity.")).toBeVisible();
  await expect(
    page.getByText(/^\* would allow the names of other organizations.*\*\*\.example\.com/),
  ).toBeVisible();
  await expect(page.getByText(/^This range contains every address/)).toBeVisible();
  await expect(page.getByText(/Leave out the user name before the host/)).toBeVisible();
  await expect(page.getByText(/write out the domain/)).toBeVisible();
  await expect(page.getByText(/Only O, OU, C, L and ST can be fixed/)).toBeVisible();
  await checkAppearance(page, "profile-new-rejected");
});

test("a certificate under a profile for another kind of identity is rejected with the kind that it is for", async ({
  page,
}) => {
  const identity = await createIdentity(adminApi(), "printer", "device");
  const { pem } = await createCsr(["printer.example.com"]);
  await page.goto(`/certificates/new?identity=${identity}`);
  await page.getByRole("combobox", { name: "Profile" }).selectOption("tls-client-service");
  await box(page, /^Certificate signing request/).fill(pem);
  const findings = page.getByRole("list", { name: "Findings" });
  await expect(findings).toContainText("The profile tls-client-service is for services");
  await expect(page.getByRole("button", { name: "Issue certificate" })).toHaveAttribute(
    "aria-disabled",
    "true",
  );
  await page.getByRole("combobox", { name: "Profile" }).selectOption("tls-server");
  await expect(page.getByRole("button", { name: "Add 1 name and issue" })).not.toHaveAttribute(
    "aria-disabled",
    "true",
  );
});

test("a service that requests for itself under a profile of staff is denied, and the entry says why", async ({
  page,
}) => {
  const identity = await createIdentity(adminApi(), "hourly");
  const token = await adminApi().post<{ secret: string }>("/tokens", {
    name: "hourly",
    role: "service",
    identityId: identity,
    expiresInDays: 1,
  });
  expect(token.status, JSON.stringify(token.body)).toBe(201);
  const { pem: csr } = await createCsr(["hourly.example.com"]);
  const own = apiAt(chancery.http, token.body.secret);
  const { status, body } = await own.post<{ errors: { code: string }[] }>("/certificates", {
    profile: "short-lived",
    identity,
    csr,
  });
  expect(status).toBe(422);
  expect(body.errors.map(({ code }) => code)).toContain("profile.not-self-service");
  await page.goto("/audit?outcome=denied&action=certificate.refused");
  await expect(
    page.getByRole("table", { name: "Entries" }).getByRole("link").first(),
  ).toContainText(/can't request certificates under the profile short-lived for itself/);
});
