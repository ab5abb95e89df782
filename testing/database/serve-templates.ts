import { mkdtempSync, rmSync } from "node:fs";
import { createServer } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { TemplateName } from "./test-database";
import { startThrowawayPostgres, type ThrowawayPostgres } from "./throwaway-postgres";

/**
 * Answers createTestDatabase over a Unix socket: which database to copy, and on which server. The
 * server starts with the first question. Returns the socket's path; `close` stops everything.
 */
export async function serveTemplates(
  start: () => Promise<ThrowawayPostgres> = startThrowawayPostgres,
): Promise<Readonly<{ socketPath: string; close: () => Promise<void> }>> {
  const folder = mkdtempSync(join(tmpdir(), "chancery-templates-"));
  const socketPath = join(folder, "templates.sock");
  const templates = new Map<string, Promise<string>>();
  let postgres: Promise<ThrowawayPostgres> | null = null;
  const templateNamed = async (name: TemplateName): Promise<string> => {
    const { urls, template } = await (postgres ??= start());
    if (name === "empty") return template;
    const { createCaTemplate } = await import("@/testing/ca/create-ca-template");
    return createCaTemplate(urls, template);
  };
  const server = createServer((request, response) => {
    const name = (request.url ?? "/").slice(1) as TemplateName;
    const created = templates.get(name) ?? templateNamed(name);
    templates.set(name, created);
    void created
      .then(async (template) => ({ template, ...(await postgres)?.urls("DATABASE") }))
      .catch((error: unknown) => ({ error: String(error) }))
      .then((answer) => response.end(JSON.stringify(answer)));
  });
  await new Promise<void>((done) => {
    server.listen(socketPath, done);
  });
  const close = async (): Promise<void> => {
    server.closeAllConnections();
    await new Promise((done) => {
      server.close(done);
    });
    await (await postgres?.catch(() => null))?.stop();
    rmSync(folder, { recursive: true, force: true });
  };
  return { socketPath, close };
}
