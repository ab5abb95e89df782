import { hydrated } from "@/e2e/support/hydrated";
import { openPalette } from "@/e2e/support/palette";
import type { Page } from "@playwright/test";
import { createIdentity } from "@/e2e/support/api";
import { createCsr } from "@/e2e/support/openssl";
import { expect, test } from "@/e2e/support/test";
import { adminApi, stateOf } from "@/e2e/support/world";

test.use({ storageState: stateOf("admin") });

/**
 * Presses Tab until the element has the focus, as a user without a mouse does; gives up after more
 * tab stops than a page has.
 */
async function tabTo(
  page: Page,
  wanted: ReturnType<Page["getByRole"]>,
  mostStops = 80,
): Promise<void> {
  for (let stop = 0; stop < mostStops; stop++) {
    if (await wanted.evaluate((element) => element === document.activeElement).catch(() => false))
      return;
    await page.keyboard.press("Tab");
  }
  throw new Error("Tab never reached the element.");
}

test("a certificate is issued, found and revoked by keyboard alone", async ({ page }) => {
  await createIdentity(adminApi(), "keyboard service");
  const { pem } = await createCsr(["keyboard.example.com"]);
  await page.goto("/");
  await expect(page.getByRole("heading", { name: "Overview", level: 1 })).toBeVisible();
  await page.keyboard.press("Tab");
  await expect(page.getByRole("link", { name: /skip/i })).toBeFocused();
  await openPalette(page);
  await page.keyboard.type("issue");
  await expect(page.getByRole("option", { name: /Issue/ }).first()).toHaveAttribute(
    "aria-selected",
    "true",
  );
  await page.keyboard.press("Enter");
  await expect(page.getByRole("heading", { level: 1, name: /Issue/ })).toBeVisible();

  await tabTo(page, page.getByRole("textbox", { name: /^Certificate signing request/ }));
  await page.keyboard.insertText(pem);
  const picker = page.getByRole("combobox", { name: "Identity" });
  await tabTo(page, picker);
  await page.keyboard.type("keyboard");
  await expect(page.getByRole("option", { name: /^keyboard service/ })).toHaveAttribute(
    "aria-selected",
    "true",
  );
  await page.keyboard.press("Enter");
  await expect(picker).toHaveValue(/^keyboard service/);
  await expect(page.getByText("Ready to issue.")).toBeVisible();
  await tabTo(page, page.getByRole("button", { name: "Add 1 name and issue" }));
  await page.keyboard.press("Enter");
  await expect(page.getByText(/^Issued\./)).toBeVisible();

  await page.keyboard.press("g");
  await page.keyboard.press("c");
  await expect(page.getByRole("heading", { name: "Certificates", level: 1 })).toBeVisible();
  await page.keyboard.press("/");
  await expect(page.getByRole("searchbox")).toBeFocused();
  await page.keyboard.type("keyboard.example.com");
  await expect(page).toHaveURL(/q=keyboard/);
  const row = page.getByRole("table").getByRole("link", { name: "keyboard.example.com" });
  await expect(page.getByRole("table").getByRole("row")).toHaveCount(2);
  await tabTo(page, row);
  await page.keyboard.press("Enter");
  await expect(page.getByRole("heading", { name: "keyboard.example.com", level: 1 })).toBeVisible();

  const opener = page.getByRole("button", { name: "Revoke" });
  await tabTo(page, opener);
  await page.keyboard.press("Enter");
  const dialog = page.getByRole("dialog", { name: /^Revoke/ });
  await expect(dialog).toBeVisible();
  await page.keyboard.press("Escape");
  await expect(dialog).toBeHidden();
  await expect(opener, "the focus returns to the button that opened the dialog").toBeFocused();
  await page.keyboard.press("Enter");
  await tabTo(page, dialog.getByRole("radio", { name: "Key compromise" }));
  await page.keyboard.press("ArrowDown");
  await expect(dialog.getByRole("radio", { name: "Superseded" })).toBeChecked();
  await tabTo(page, dialog.getByRole("button", { name: "Revoke" }));
  await page.keyboard.press("Enter");
  await expect(page.getByRole("button", { name: /Change reason/ })).toBeVisible();
});

test("several certificates are selected and revoked by keyboard alone, from the overview on", async ({
  page,
}) => {
  const identity = await createIdentity(adminApi(), "keyboard fleet");
  for (const n of [1, 2, 3]) {
    const { pem: csr } = await createCsr([`fleet-${n}.keyboard.example.com`]);
    const input = { profile: "tls-server", identity, csr };
    expect((await adminApi().post("/certificates", input)).status).toBe(201);
  }
  await page.goto("/");
  await expect(page.getByRole("heading", { name: "Overview", level: 1 })).toBeVisible();
  await page.keyboard.press("g");
  await page.keyboard.press("c");
  await expect(page.getByRole("heading", { name: "Certificates", level: 1 })).toBeVisible();
  await expect(page.getByRole("main"), "the page has the focus").toBeFocused();
  const link = (n: number) =>
    page.getByRole("table").getByRole("link", { name: `fleet-${n}.keyboard.example.com` });
  await expect(link(3)).toBeVisible();
  await page.keyboard.press("j");
  await expect(link(3)).toBeFocused();
  await page.keyboard.press("x");
  await page.keyboard.press("j");
  await page.keyboard.press("j");
  await expect(link(1)).toBeFocused();
  await page.keyboard.press("Shift+X");
  const bar = page.getByRole("region", { name: "Selected rows" });
  await expect(bar.getByText("3 selected")).toBeVisible();
  await tabTo(page, bar.getByRole("button", { name: "Revoke" }), 240);
  await page.keyboard.press("Enter");
  const dialog = page.getByRole("dialog", { name: "Revoke 3 certificates?" });
  await expect(dialog.getByText("3 certificates of 1 identity.")).toBeVisible();
  await tabTo(page, dialog.getByRole("radio", { name: "Key compromise" }));
  await page.keyboard.press("ArrowDown");
  await tabTo(page, dialog.getByRole("textbox", { name: "Type revoke 3 to continue" }));
  await page.keyboard.type("revoke 3");
  const revoke = dialog.getByRole("button", { name: "Revoke", exact: true });
  await tabTo(page, revoke);
  // The dry run is repeated for the reason.
  await expect(revoke).not.toHaveAttribute("aria-disabled", "true");
  await page.keyboard.press("Enter");
  await expect(
    page.getByRole("heading", { level: 1, name: "Revoke 3 certificates" }),
  ).toBeVisible();
  await expect(page.getByRole("heading", { name: "Finished" })).toBeVisible();
});

test("times in rows are no tab stops, and j and k do nothing while the user types", async ({
  page,
}) => {
  const identity = await createIdentity(adminApi(), "keyboard times");
  const { pem: csr } = await createCsr(["times.keyboard.example.com"]);
  await adminApi().post("/certificates", { profile: "tls-server", identity, csr });
  await page.goto("/certificates");
  await expect(page.locator("tbody time").first()).toBeVisible();
  await expect(page.locator("tbody time[tabindex]")).toHaveCount(0);
  await page.keyboard.press("k");
  await expect(page.locator("tbody a").first()).toBeFocused();
  await page.keyboard.press("/");
  await page.keyboard.type("jk");
  await expect(page.getByRole("searchbox", { name: "Search certificates" })).toHaveValue("jk");
  await expect(page.getByRole("searchbox", { name: "Search certificates" })).toBeFocused();
  await page.goto("/certificates?q=nothing-has-this-name");
  await page.keyboard.press("j");
  await expect(page.locator("body")).toBeFocused();
});

test("? lists the keyboard shortcuts, which are ignored while the user types", async ({ page }) => {
  await page.goto("/identities");
  await expect(page.getByRole("heading", { name: "Identities", level: 1 })).toBeVisible();
  await page.keyboard.press("?");
  await expect(page.getByRole("dialog", { name: "Keyboard shortcuts" })).toBeVisible();
  await page.keyboard.press("Escape");
  await expect(page.getByRole("dialog", { name: "Keyboard shortcuts" })).toBeHidden();
  await page.keyboard.press("/");
  await page.keyboard.type("gc?");
  await expect(page.getByRole("searchbox", { name: "Search identities" })).toHaveValue("gc?");
  await expect(page.getByRole("heading", { name: "Identities", level: 1 })).toBeVisible();
});

test("a letter pressed within the first second of a page leads nowhere without g before it", async ({
  page,
}) => {
  await page.goto("/alerts");
  await expect(page.getByRole("heading", { name: "Alerts", level: 1 })).toBeVisible();
  await hydrated(page);
  await page.evaluate(() => {
    for (const key of ["x", "c"]) {
      const pressed = new KeyboardEvent("keydown", { key, bubbles: true });
      Object.defineProperty(pressed, "timeStamp", { value: 900 });
      document.body.dispatchEvent(pressed);
    }
  });
  // Where a letter leads is asked for at once; the palette opens after it.
  await openPalette(page);
  await expect(page).toHaveURL(/\/alerts$/);
});
