import { spawn } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import pg from "pg";
import { listMigrations, readSchemaState } from "@/lib/db/schema-state";
import { makeClient, makeLongClient } from "@/lib/db/single-client";

/**
 * Migrates the schema as its owner. Returns how many migrations ran; if there are none, that costs
 * one query.
 */
export async function migrate(root: string, ownerUrl: string, appRole: string): Promise<number> {
  const { pending, unknown } = await readSchemaState(root, ownerUrl);
  if (unknown.length > 0) throw new Error(newerSchema(unknown));
  if (pending.length === 0) return 0;
  await runPrisma(root, ["migrate", "deploy"], ownerUrl);
  await grantSchemaState(ownerUrl, appRole);
  return pending.length;
}

/**
 * Runs all migrations on an empty database that is thrown away, without noting them there: without
 * the prisma command, which needs rights on the whole path to the clone.
 */
export async function migrateEmpty(root: string, ownerUrl: string): Promise<void> {
  const client = makeLongClient(ownerUrl);
  await client.connect();
  try {
    for (const name of listMigrations(root))
      await client.query(
        readFileSync(join(root, "prisma/migrations", name, "migration.sql"), "utf8"),
      );
  } finally {
    await client.end();
  }
}

/** Without the owner's URL nothing can be migrated: throws unless the schema is current. */
export async function requireCurrentSchema(root: string, appUrl: string): Promise<void> {
  const { pending, unknown } = await readSchemaState(root, appUrl);
  if (unknown.length > 0) throw new Error(newerSchema(unknown));
  if (pending.length > 0)
    throw new Error(
      `The database needs ${pending.length} migration(s), starting with ${pending[0]}. Set DATABASE_OWNER_URL to the URL of the role that owns the schema, and start again.`,
    );
}

const newerSchema = (names: readonly string[]) =>
  `The database was migrated by a newer version of Chancery (${names.join(", ")}). Start that version, or restore a backup made by this one.`;

async function grantSchemaState(ownerUrl: string, appRole: string): Promise<void> {
  const client = makeClient(ownerUrl);
  await client.connect();
  try {
    await client.query(
      `grant select on public._prisma_migrations to ${pg.escapeIdentifier(appRole)}`,
    );
  } finally {
    await client.end();
  }
}

/**
 * Runs the prisma command with the bundled schema engine, so that nothing is downloaded. Returns its
 * output, which is also part of the error. Prisma passes the URL on in arguments, which every user
 * of the machine can read: it gets one without the password, and the engine reads the whole one
 * from a file that only this user can read, and that is removed afterwards.
 */
export async function runPrisma(
  root: string,
  args: readonly string[],
  databaseUrl: string,
): Promise<string> {
  const folder = mkdtempSync(join(tmpdir(), "chancery-migrate-"));
  const file = join(folder, "url");
  try {
    writeFileSync(file, databaseUrl, { mode: 0o600 });
    return await runPrismaCommand(root, args, {
      DATABASE_URL: withoutPassword(databaseUrl),
      CHANCERY_SCHEMA_URL_FILE: file,
    });
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function withoutPassword(databaseUrl: string): string {
  const url = new URL(databaseUrl);
  url.password = "";
  url.searchParams.delete("password");
  return url.href;
}

async function runPrismaCommand(
  root: string,
  args: readonly string[],
  database: Readonly<Record<string, string>>,
): Promise<string> {
  const child = spawn(
    process.execPath,
    [join(root, "node_modules/prisma/build/index.js"), ...args],
    {
      cwd: root,
      stdio: ["ignore", "pipe", "pipe"],
      env: {
        PATH: process.env.PATH,
        HOME: process.env.HOME,
        ...database,
        NO_COLOR: "1",
        PRISMA_SCHEMA_ENGINE_BINARY: join(root, "tools/schema-engine.mjs"),
        PRISMA_HIDE_UPDATE_MESSAGE: "1",
        CHECKPOINT_DISABLE: "1",
      } as unknown as NodeJS.ProcessEnv,
    },
  );
  const printed: string[] = [];
  for (const stream of [child.stdout, child.stderr])
    stream.on("data", (chunk: Buffer) => printed.push(chunk.toString()));
  const code = await new Promise<number | null>((done, fail) =>
    child.once("error", fail).once("close", done),
  );
  const output = printed.join("");
  if (code !== 0) throw new Error(`prisma ${args.join(" ")} failed:\n${output.trim()}`);
  return output;
}
