import { join } from "node:path";
import { findRepoRoot } from "@/lib/runtime-root";
import { startThrowawayChancery } from "./throwaway-chancery";

/** One Chancery, not yet set up, for all journeys of a run; deliveries may reach receivers of the tests as localhost, by that name alone. Its output is kept in .cache/e2e.log. */
export default async function setUp(): Promise<() => Promise<void>> {
  const chancery = await startThrowawayChancery(
    { CHANCERY_OUTBOUND_ALLOW: "localhost" },
    join(findRepoRoot(), ".cache", "e2e.log"),
  );
  Object.assign(process.env, {
    CHANCERY_E2E_HTTP: chancery.httpUrl,
    CHANCERY_E2E_HTTPS: chancery.httpsUrl,
    CHANCERY_E2E_MTLS: chancery.mtlsUrl,
    CHANCERY_E2E_SETUP: chancery.setupUrl,
    CHANCERY_E2E_DATA: chancery.dataFolder,
  });
  return chancery.stop;
}
