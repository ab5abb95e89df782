import { takePicture } from "@/e2e/support/picture";
import { findAxeViolations, expect, waitForAnimations, test } from "@/e2e/support/test";
import { createToken } from "@/e2e/support/command-line";
import {
  chancery,
  createUser,
  emails,
  keepToken,
  organization,
  password,
  signIn,
  stateOf,
  openAnonymousPage,
  type TestUser,
} from "@/e2e/support/world";

// The second needs what the first made, and what all of them made is what the others begin with.
test.describe.configure({ mode: "serial" });

test("the one-time link leads through the wizard to a CA and a signed-in administrator", async ({
  page,
  context,
  complaints,
}) => {
  complaints.allow(/status of 403/);
  await page.goto("/");
  await expect(page.getByText("Chancery isn't set up yet.")).toBeVisible();
  expect((await page.goto("/setup?token=not-the-one"))?.status()).toBe(403);
  await expect(page.getByText("This setup link isn't valid.")).toBeVisible();
  await page.goto(chancery.setup);

  const next = page.getByRole("button", { name: "Next" });
  const looksWell = async (shot: string) => {
    for (const scheme of ["light", "dark"] as const) {
      await page.emulateMedia({ colorScheme: scheme });
      await waitForAnimations(page);
      expect(
        await findAxeViolations(page, scheme === "dark" ? "contrast" : "all"),
        `${shot}, ${scheme}`,
      ).toEqual([]);
      await takePicture(page, `setup-${shot}-${scheme}`);
    }
    await page.emulateMedia({ colorScheme: "light" });
  };
  await next.click();
  await expect(page.getByRole("textbox", { name: "Organization" })).toHaveAttribute(
    "aria-invalid",
    "true",
  );
  await page.getByRole("textbox", { name: "Organization" }).fill(organization);
  await page.getByRole("textbox", { name: "Domains" }).fill("*");
  await next.click();
  await expect(
    page.getByText("Enter a domain without wildcards, such as example.com."),
  ).toBeVisible();
  await page.getByRole("textbox", { name: "Domains" }).fill("");
  await looksWell("organization");
  await next.click();
  await page.getByLabel("Email").fill(emails.admin);
  await page.getByLabel("Password").fill("short");
  await next.click();
  await expect(page.getByLabel("Password")).toHaveAttribute("aria-invalid", "true");
  await page.getByLabel("Password").fill(password);
  await looksWell("administrator");
  await next.click();
  await expect(page.getByRole("radio", { name: /P-256/ })).toBeChecked();
  await looksWell("root");
  await next.click();
  await expect(page.getByRole("textbox", { name: /^Name/ })).toHaveAttribute(
    "placeholder",
    `${organization} Issuing CA`,
  );
  await looksWell("issuing");
  await next.click();
  await expect(page.getByText(`${organization} Root CA`)).toBeVisible();
  await expect(page.getByText("example.com", { exact: true })).toBeVisible();
  await looksWell("review");
  await page.getByRole("button", { name: "Set up Chancery" }).click();
  await expect(page.getByRole("heading", { name: "Chancery is set up" })).toBeVisible({
    timeout: 120_000,
  });
  await looksWell("done");
  await page.getByRole("button", { name: "Open Chancery" }).click();
  await expect(page.getByRole("heading", { name: "Overview", level: 1 })).toBeVisible();
  await context.storageState({ path: stateOf("admin") });
});

test("the setup link works once", async ({ page }) => {
  await page.goto(chancery.setup);
  await expect(page.getByText("Chancery is already set up.")).toBeVisible();
  await expect(page.getByRole("button", { name: /Next|Set up/ })).toHaveCount(0);
  expect(await findAxeViolations(page)).toEqual([]);
});

test("accounts for the other roles sign in", async ({ browser }) => {
  keepToken(await createToken(chancery.data, "admin"));
  for (const who of ["operator", "auditor"] as const satisfies TestUser[]) {
    const user = { email: emails[who], name: who, role: who };
    await (await createUser(browser, user)).page.context().close();
    const page = await openAnonymousPage(browser),
      context = page.context();
    await page.goto("/sign-in");
    await signIn(page, emails[who]);
    await expect(page.getByRole("heading", { name: "Overview", level: 1 })).toBeVisible();
    await context.storageState({ path: stateOf(who) });
    await context.close();
  }
});
