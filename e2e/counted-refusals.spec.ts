import { apiAt, type Entry, type Page } from "@/e2e/support/api";
import { checkAppearance } from "@/e2e/support/look";
import { expect, test } from "@/e2e/support/test";
import { adminApi, chancery, stateOf } from "@/e2e/support/world";

test.use({ storageState: stateOf("auditor") });

test("requests of an unknown caller share one entry, which says how many there were and for what", async ({
  page,
}) => {
  const stranger = apiAt(chancery.http, `chy_${"A".repeat(43)}`);
  for (let n = 0; n < 40; n++) expect((await stranger.get("/identities")).status).toBe(401);
  const find = async () => {
    const { body } = await adminApi().get<Page<Entry>>("/audit/events?action=request.refused-many");
    // Requests of other tests may have been counted in an earlier minute.
    return (
      body.items.find(
        ({ details }) =>
          details["code"] === "unauthenticated" &&
          JSON.stringify(details).includes("/api/v1/identities"),
      )?.seq ?? null
    );
  };
  // A count is written when its minute is over.
  await expect.poll(find, { timeout: 120_000, intervals: [3_000] }).not.toBeNull();
  await page.goto(`/audit/${await find()}`);
  await expect(page.getByText(/Unauthenticated clients sent \d+ requests from/)).toBeVisible();
  await expect(page.getByText("Denied requests", { exact: true })).toBeVisible();
  await expect(page.getByText("GET /api/v1/identities").first()).toBeVisible();
  await expect(page.getByText("unknown token").first()).toBeVisible();
  await checkAppearance(page, "entry-counted-refusals");
});
