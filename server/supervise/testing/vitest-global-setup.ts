import { mkdtempSync, rmSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { startThrowawayPostgres, TEMPLATE, type ThrowawayPostgres } from "./throwaway-postgres";

/**
 * Gives all test files one PostgreSQL, started only when the first of them asks for a database (lib/db/testing), so
 * that a run without database tests costs nothing.
 */
export default async function setUp(): Promise<() => Promise<void>> {
  const folder = mkdtempSync(join(tmpdir(), "chancery-vitest-"));
  let server: Promise<ThrowawayPostgres> | null = null;
  const door = createServer((socket) => {
    socket.on("error", () => {});
    server ??= startThrowawayPostgres();
    server.then(
      ({ urls }) => socket.end(JSON.stringify({ template: TEMPLATE, ...urls("DATABASE") })),
      (error: unknown) => socket.end(JSON.stringify({ error: String(error) })),
    );
  });
  process.env.CHANCERY_TEST_POSTGRES = join(folder, "door.sock");
  await new Promise<void>((done) => door.listen(process.env.CHANCERY_TEST_POSTGRES, done));
  return async () => {
    await new Promise((done) => door.close(done));
    await server?.then(
      ({ stop }) => stop(),
      () => {},
    );
    rmSync(folder, { recursive: true, force: true });
  };
}
