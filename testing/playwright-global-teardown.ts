import { rmSync } from "node:fs";
import { removeTemporaryFiles } from "./temporary-folder";

/** Removes what the workers of the run shared. */
export default function tearDown(): void {
  const folder = process.env.CHANCERY_E2E_SHARED;
  if (folder) rmSync(folder, { recursive: true, force: true });
  removeTemporaryFiles();
}
