import { spawn } from "node:child_process";
import { join } from "node:path";
import pg from "pg";
import { readSchemaState } from "@/lib/db/schema-state";

/** Brings the schema up to date as its owner. Returns how many migrations ran; none costs one query. */
export async function migrate(root: string, ownerUrl: string, appRole: string): Promise<number> {
  const { pending, unknown } = await readSchemaState(root, ownerUrl);
  if (unknown.length > 0) throw new Error(newerSchema(unknown));
  if (pending.length === 0) return 0;
  await runPrisma(root, ["migrate", "deploy"], ownerUrl);
  await letAppReadState(ownerUrl, appRole);
  return pending.length;
}

/** Without the owner's address nothing is changed; the schema must already be the right one. */
export async function requireCurrentSchema(root: string, appUrl: string): Promise<void> {
  const { pending, unknown } = await readSchemaState(root, appUrl);
  if (unknown.length > 0) throw new Error(newerSchema(unknown));
  if (pending.length > 0)
    throw new Error(
      `The database lacks ${pending.length} migration(s), the first is ${pending[0]}. Set DATABASE_OWNER_URL to the address of the role that owns the schema, and start again.`,
    );
}

const newerSchema = (names: readonly string[]) =>
  `The database was migrated by a newer Chancery (${names.join(", ")}). Start that version, or restore a backup made by this one.`;

async function letAppReadState(ownerUrl: string, appRole: string): Promise<void> {
  const client = new pg.Client({ connectionString: ownerUrl });
  await client.connect();
  try {
    await client.query(
      `GRANT SELECT ON public._prisma_migrations TO ${pg.escapeIdentifier(appRole)}`,
    );
  } finally {
    await client.end();
  }
}

/** Runs the prisma command with our own schema engine, so that nothing is downloaded. Its output is kept for the error. */
export async function runPrisma(
  root: string,
  args: readonly string[],
  databaseUrl: string,
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
        DATABASE_URL: databaseUrl,
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
