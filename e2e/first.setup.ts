import { axe, expect, settled, test } from "./support/test";
import { makeToken } from "./support/command-line";
import {
  adminApi,
  chancery,
  emails,
  keepToken,
  organization,
  password,
  signIn,
  stateOf,
  strangersPage,
  type Who,
} from "./support/world";

test("the one-time link leads through the wizard to an authority and a signed-in administrator", async ({
  page,
  context,
}) => {
  await page.goto("/");
  await expect(page.getByText("Chancery is not set up yet.")).toBeVisible();
  await page.goto("/setup?token=not-the-one");
  await expect(page.getByText("This setup link is not valid.")).toBeVisible();
  await page.goto(chancery.setup);

  const next = page.getByRole("button", { name: "Next" });
  const looksWell = async (shot: string) => {
    for (const scheme of ["light", "dark"] as const) {
      await page.emulateMedia({ colorScheme: scheme });
      await settled(page);
      expect(await axe(page, scheme === "dark"), `${shot}, ${scheme}`).toEqual([]);
      await page.screenshot({ path: `test-results/pages/setup-${shot}-${scheme}.png` });
    }
    await page.emulateMedia({ colorScheme: "light" });
  };
  await next.click();
  await expect(page.getByRole("textbox", { name: "Organisation" })).toHaveAttribute(
    "aria-invalid",
    "true",
  );
  await page.getByRole("textbox", { name: "Organisation" }).fill(organization);
  await page.getByRole("textbox", { name: /^DNS names/ }).fill("**.example.com");
  await looksWell("organisation");
  await next.click();
  await page.getByLabel("E-mail address").fill(emails.admin);
  await page.getByLabel("Passphrase").fill("short");
  await next.click();
  await expect(page.getByLabel("Passphrase")).toHaveAttribute("aria-invalid", "true");
  await page.getByLabel("Passphrase").fill(password);
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
  await looksWell("review");
  await page.getByRole("button", { name: "Set up Chancery" }).click();
  await expect(page.getByRole("heading", { name: "Chancery is set up" })).toBeVisible({
    timeout: 30_000,
  });
  await looksWell("done");
  await page.getByRole("button", { name: "Open Chancery" }).click();
  await expect(page.getByRole("heading", { name: "Overview", level: 1 })).toBeVisible();
  await context.storageState({ path: stateOf("admin") });
});

test("the setup link works once", async ({ page }) => {
  await page.goto(chancery.setup);
  await expect(page.getByText("Chancery is set up already.")).toBeVisible();
  await expect(page.getByRole("button", { name: /Next|Set up/ })).toHaveCount(0);
  expect(await axe(page)).toEqual([]);
});

test("accounts for the other roles sign in", async ({ browser }) => {
  keepToken(await makeToken(chancery.data, "admin"));
  for (const who of ["operator", "auditor"] as const satisfies Who[]) {
    const made = await adminApi().post("/users", {
      email: emails[who],
      name: who,
      role: who,
      password,
    });
    expect(made.status, JSON.stringify(made.body)).toBe(201);
    const page = await strangersPage(browser),
      context = page.context();
    await page.goto("/sign-in");
    await signIn(page, emails[who]);
    await expect(page.getByRole("heading", { name: "Overview", level: 1 })).toBeVisible();
    await context.storageState({ path: stateOf(who) });
    await context.close();
  }
});
