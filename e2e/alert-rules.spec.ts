import type { Page } from "@playwright/test";
import { checkAppearance } from "@/e2e/support/look";
import { expect, test } from "@/e2e/support/test";
import { stateOf } from "@/e2e/support/world";

test.use({ storageState: stateOf("admin") });

const toast = (page: Page, text: RegExp | string) =>
  page.getByRole("region", { name: "Messages" }).getByText(text);

test("a rule is changed within its bounds, turned off and on again, and every change is recorded", async ({
  page,
  complaints,
}) => {
  complaints.allow(/status of 4\d\d/);
  await page.goto("/alerts/rules");
  const dialog = page.getByRole("dialog");
  await page.getByRole("button", { name: "Edit Burst of denied requests" }).click();
  const most = dialog.getByRole("spinbutton").first(),
    before = await most.inputValue();
  await most.fill("-1");
  await dialog.getByRole("button", { name: "Save" }).click();
  await expect(most).toHaveAttribute("aria-invalid", "true");
  await most.fill("17");
  await dialog.getByRole("textbox", { name: /^Comment/ }).fill("a noisy client");
  await dialog.getByRole("button", { name: "Save" }).click();
  await expect(toast(page, "Rule changed.")).toBeVisible();
  await expect(
    page.locator("#refusal-burst").getByRole("list", { name: "Settings" }),
  ).toContainText("17");
  await page.getByRole("button", { name: "Edit Burst of denied requests" }).click();
  await most.fill(before);
  await dialog.getByRole("button", { name: "Save" }).click();
  await expect(
    page.locator("#refusal-burst").getByRole("list", { name: "Settings" }),
  ).not.toContainText("17");

  const onOff = page.getByRole("switch", { name: "First use from a network" });
  await onOff.click();
  await dialog.getByRole("button", { name: "Turn off" }).click();
  await expect(toast(page, "Rule turned off.")).toBeVisible();
  await expect(onOff).not.toBeChecked();
  await expect(page.getByText(/1 rule is off/)).toBeVisible();
  await onOff.click();
  await dialog.getByRole("button", { name: "Turn on" }).click();
  await expect(onOff).toBeChecked();
  await page.goto("/audit?action=rule.updated");
  await expect(
    page
      .getByRole("table")
      .getByText(/updated rule Burst of denied requests/)
      .first(),
  ).toBeVisible();
});

test("alert-rules passes axe, light and dark, and fits into 360 px", async ({ page }) => {
  await page.goto("/alerts/rules");
  await expect(page.getByRole("heading", { level: 1 })).toBeVisible();
  await checkAppearance(page, "alert-rules", { fullPage: true });
});
