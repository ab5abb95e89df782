#!/usr/bin/env node
// The schema engine of Prisma Migrate, run from its WebAssembly build. The prisma command insists
// on a native
// engine that it downloads from its vendor; this program replaces it
// (PRISMA_SCHEMA_ENGINE_BINARY) and
// speaks the same protocol, one JSON-RPC message a line, over the packages that the registry
// already gave us.
import { readFileSync } from "node:fs";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { PrismaPg } from "@prisma/adapter-pg";
import { bindMigrationAwareSqlAdapterFactory } from "@prisma/driver-adapter-utils";
import pg from "pg";
import { parseIntoClientConfig } from "pg-connection-string";

const INTERNAL_CHAR_OID = 18,
  TEXT_OID = 25,
  CHARACTER_COLUMN = 6;

const { values: options, positionals } = parseArgs({
  strict: false,
  allowPositionals: true,
  options: { datasource: { type: "string" }, datamodels: { type: "string", multiple: true } },
});
// The supervisor puts the URL with its password into a file: arguments and environments are read by
// others.
const urlFile = process.env.CHANCERY_SCHEMA_URL_FILE;
const url = urlFile
  ? readFileSync(urlFile, "utf8")
  : (JSON.parse(options.datasource ?? "{}").url ?? process.env.DATABASE_URL);
// Never a connectionString here: the adapter spreads { ...config, database } for the shadow
// database, and a
// database named in the URL would win, so that shadow migrations would run in the real one.
const connection = parseIntoClientConfig(url);

/** Fixes two defects of the adapter that break migrations. */
function mended(adapter) {
  // It cuts scripts at every semicolon, also inside functions. PostgreSQL takes a whole script in
  // one message, in one transaction.
  adapter.executeScript = (script) =>
    adapter
      .underlyingDriver()
      .query(script)
      .then(
        () => {},
        (error) => adapter.onError(error),
      );
  return readingInternalChar(adapter);
}

/**
 * The adapter does not know the type "char" (OID 18) of the system catalogues: read it as text,
 * report a character.
 */
function readingInternalChar(adapter) {
  const performIO = adapter.performIO.bind(adapter),
    queryRaw = adapter.queryRaw.bind(adapter);
  let columns = [];
  adapter.performIO = async (query) => {
    const result = await performIO(query);
    columns = [];
    result.fields?.forEach((field, index) => {
      if (field.dataTypeID !== INTERNAL_CHAR_OID) return;
      columns.push(index);
      field.dataTypeID = TEXT_OID;
    });
    return result;
  };
  adapter.queryRaw = async (query) => {
    const result = await queryRaw(query);
    for (const index of columns) result.columnTypes[index] = CHARACTER_COLUMN;
    return result;
  };
  return adapter;
}

class Factory extends PrismaPg {
  async connect() {
    return mended(await super.connect());
  }

  async connectToShadowDb() {
    const database = `chancery_shadow_${crypto.randomUUID().replaceAll("-", "")}`;
    await inDatabase(connection, (client) => client.query(`CREATE DATABASE "${database}"`));
    const adapter = mended(await new PrismaPg({ ...connection, database }).connect());
    const dispose = adapter.dispose.bind(adapter);
    adapter.dispose = async () => {
      await dispose();
      await inDatabase(connection, (client) =>
        client.query(`DROP DATABASE "${database}" WITH (FORCE)`),
      );
    };
    return adapter;
  }
}

async function inDatabase(config, use) {
  const client = new pg.Client(config);
  await client.connect();
  try {
    return await use(client);
  } finally {
    await client.end();
  }
}

/**
 * `cli can-connect-to-database` and `cli create-database`: the answer is the exit code, the reason
 * goes to stderr as JSON.
 */
async function answerQuestion(question) {
  try {
    if (question === "create-database") {
      const name = pg.escapeIdentifier(connection.database);
      await inDatabase({ ...connection, database: "postgres" }, (client) =>
        client.query(`CREATE DATABASE ${name}`),
      );
    } else {
      await inDatabase(connection, (client) => client.query("SELECT 1"));
    }
    process.exit(0);
  } catch (error) {
    if (error.code === "3D000") fail("P1003", `Database ${connection.database} does not exist`);
    fail("P1001", String(error.message || error.code));
  }
}

async function loadEngine() {
  globalThis.PRISMA_WASM_PANIC_REGISTRY = { set_message() {} }; // without it every panic becomes a TypeError
  const glue = await import("@prisma/schema-engine-wasm/schema_engine_bg");
  const wasm = fileURLToPath(
    import.meta.resolve("@prisma/schema-engine-wasm/schema_engine_bg"),
  ).replace(/\.js$/, ".wasm");
  const { instance } = await WebAssembly.instantiate(readFileSync(wasm), {
    "./schema_engine_bg.js": glue,
  });
  glue.__wbg_set_wasm(instance.exports);
  instance.exports.__wbindgen_start();
  const models = (options.datamodels ?? []).map((path) => [path, readFileSync(path, "utf8")]);
  const datamodels = models.length > 0 ? models : undefined; // an empty list panics
  return glue.SchemaEngine.new(
    { datamodels },
    () => {},
    bindMigrationAwareSqlAdapterFactory(new Factory(connection)),
  );
}

const say = (message) =>
  process.stdout.write(`${JSON.stringify({ jsonrpc: "2.0", ...message })}\n`);

async function answerCall(engine, { id, method, params }) {
  try {
    const result = await engine[method === "getDatabaseVersion" ? "version" : method](params);
    if (method === "diff")
      say({ id: 0, method: "print", params: { content: result.stdout ?? "" } });
    say({ id, result: result ?? null });
  } catch (error) {
    const message = error?.message || String(error);
    const data = {
      is_panic: false,
      message,
      error_code: error?.code ?? null,
      meta: error?.meta ?? { full_error: message },
    };
    say({
      id,
      error: { code: 4466, message: "An error happened. Check the data field for details.", data },
    });
  }
}

/** The command reads the reason of an early end from stderr, as one line of JSON. */
function fail(code, message) {
  process.stderr.write(
    `${JSON.stringify({ level: "ERROR", fields: { error_code: code, message, meta: {} } })}\n`,
  );
  process.exit(1);
}

if (positionals[0] === "cli") await answerQuestion(positionals[1]);
const engine = await loadEngine().catch((error) =>
  fail("P1001", String(error?.message || error).trim()),
);
for await (const line of createInterface({ input: process.stdin })) {
  const call = JSON.parse(line);
  if (call.method) await answerCall(engine, call); // what has no method answers our own "print"
}
process.exit(0);
