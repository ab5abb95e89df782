import { mkdtempSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

/**
 * What a worker of Playwright works on: an empty Chancery, whose data folder is kept for the others;
 * a copy of that data; or nothing, for tests that start their own.
 */
export type StartFrom = "empty" | "copy" | "nothing";

/** What playwright.config.ts chooses for each project. */
export type WorkerOptions = { startFrom: StartFrom };

/**
 * What all workers of a run share: the data that the first project leaves, and who is signed in. The
 * configuration makes it, and workers inherit the environment.
 */
export const sharedFolder = (): string =>
  (process.env.CHANCERY_E2E_SHARED ??= mkdtempSync(join(tmpdir(), "chancery-e2e-")));
