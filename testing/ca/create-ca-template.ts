import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import pg from "pg";
import { closeDatabase, openDatabase } from "@/lib/db/database";
import { completeSetup } from "@/lib/setup/complete-setup";
import { adminActor } from "@/testing/actors";
import type { ThrowawayPostgres } from "@/testing/database/throwaway-postgres";
import { openTestDeps } from "@/testing/harness";
import { allowAnything } from "./host-operator";
import { setupRequest } from "./create-test-ca";

const name = "chancery_template_ca";

/**
 * Makes a database in which the set-up is complete, to be copied for each test that needs a CA.
 * Returns its name; no connection to it remains.
 */
export async function createCaTemplate(
  urls: ThrowawayPostgres["urls"],
  template: string,
): Promise<string> {
  const administrator = new pg.Client({ connectionString: urls("postgres").superUrl });
  await administrator.connect();
  try {
    await administrator.query(
      `create database ${name} owner chancery_owner template ${template} strategy file_copy`,
    );
  } finally {
    await administrator.end();
  }
  const folder = mkdtempSync(join(tmpdir(), "chancery-template-"));
  const db = openDatabase(urls(name).appUrl, { max: 4 });
  const signerDb = openDatabase(urls(name).signerUrl, { max: 4 });
  try {
    const deps = openTestDeps({ db, signerDb }, join(folder, "witness"));
    await completeSetup(deps, adminActor(), setupRequest);
    await allowAnything(deps);
  } finally {
    await closeDatabase(db);
    await closeDatabase(signerDb);
    rmSync(folder, { recursive: true, force: true });
  }
  return name;
}
