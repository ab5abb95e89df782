import { createIdentity } from "@/e2e/support/api";
import { hydrated } from "@/e2e/support/hydrated";
import { checkAppearance } from "@/e2e/support/look";
import { expect, test } from "@/e2e/support/test";
import { adminApi, stateOf } from "@/e2e/support/world";

test.use({ storageState: stateOf("operator") });

test("names are imported from lines that are checked first, and a rejected line leaves the others alone", async ({
  page,
}) => {
  const identity = await createIdentity(adminApi(), "imported");
  await page.goto("/identities");
  await hydrated(page);
  await page.getByRole("button", { name: "Import names" }).click();
  const dialog = page.getByRole("dialog", { name: "Import names" });
  await dialog
    .getByRole("textbox", { name: "Names" })
    .fill(`${identity},dns,one.imported.example.com\nnobody,dns,two.imported.example.com`);
  await dialog.getByRole("button", { name: "Check lines" }).click();
  await expect(dialog.getByText("1 name to add, 0 held already, 1 line rejected.")).toBeVisible();
  await expect(dialog.getByText(/There is no identity nobody/)).toBeVisible();
  await checkAppearance(page, "names-import");
  await dialog.getByRole("button", { name: "Add 1 name" }).click();
  await expect(dialog.getByText("1 name added, 0 held already, 1 line rejected.")).toBeVisible();
  await dialog.getByRole("button", { name: "Close" }).last().click();
  await page.goto(`/identities/${identity}`);
  await expect(page.getByRole("table", { name: /^Names of/ })).toContainText(
    "one.imported.example.com",
  );
});
