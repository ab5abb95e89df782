import type { Page } from "@playwright/test";
import { makeIdentity } from "./support/api";
import { makeRequest } from "./support/openssl";
import { expect, test } from "./support/test";
import { adminApi, stateOf } from "./support/world";

test.use({ storageState: stateOf("admin") });

/** Presses Tab until what is wanted has the focus, as somebody without a mouse does; never more often than a page has stops. */
async function tabTo(page: Page, wanted: ReturnType<Page["getByRole"]>): Promise<void> {
  for (let stop = 0; stop < 80; stop++) {
    if (await wanted.evaluate((element) => element === document.activeElement).catch(() => false))
      return;
    await page.keyboard.press("Tab");
  }
  throw new Error("Tab never came to it.");
}

test("a certificate is issued, found and revoked by keyboard alone", async ({ page }) => {
  await makeIdentity(adminApi(), "keyboard service");
  const { pem } = await makeRequest(["keyboard.example.com"]);
  await page.goto("/");
  await expect(page.getByRole("heading", { name: "Overview", level: 1 })).toBeVisible();
  await page.keyboard.press("Tab");
  await expect(page.getByRole("link", { name: /skip/i })).toBeFocused();
  await page.keyboard.press("Control+k");
  await expect(page.getByRole("combobox", { name: /Search and go/ })).toBeFocused();
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
  await expect(page.getByText("This can be issued.")).toBeVisible();
  await tabTo(page, page.getByRole("button", { name: "Issue certificate" }));
  await page.keyboard.press("Enter");
  await expect(page.getByText("Issued.")).toBeVisible();

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
  await expect(opener, "the focus comes back to what opened the dialog").toBeFocused();
  await page.keyboard.press("Enter");
  await tabTo(page, dialog.getByRole("button", { name: "Revoke" }));
  await page.keyboard.press("Enter");
  await expect(page.getByRole("button", { name: /Raise/ })).toBeVisible();
});

test("? lists the keys, and they rest while somebody types", async ({ page }) => {
  await page.goto("/identities");
  await expect(page.getByRole("heading", { name: "Identities", level: 1 })).toBeVisible();
  await page.keyboard.press("?");
  await expect(page.getByRole("dialog", { name: "Keys" })).toBeVisible();
  await page.keyboard.press("Escape");
  await expect(page.getByRole("dialog", { name: "Keys" })).toBeHidden();
  await page.keyboard.press("/");
  await page.keyboard.type("gc?");
  await expect(page.getByRole("searchbox")).toHaveValue("gc?");
  await expect(page.getByRole("heading", { name: "Identities", level: 1 })).toBeVisible();
});
