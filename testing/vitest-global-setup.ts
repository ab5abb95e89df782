import { serveTemplates } from "@/testing/database/serve-templates";
import { keepTemporaryFilesInMemory, removeTemporaryFiles } from "@/testing/temporary-folder";

/**
 * Gives all test files of all projects one PostgreSQL, started only when the first of them asks for
 * a database (testing/database), so that a run without database tests costs nothing.
 */
export default async function setUp(): Promise<() => Promise<void>> {
  if (process.env.CHANCERY_TEST_POSTGRES) return async () => {};
  keepTemporaryFilesInMemory();
  const { socketPath, close } = await serveTemplates();
  process.env.CHANCERY_TEST_POSTGRES = socketPath;
  return async () => {
    await close();
    removeTemporaryFiles();
  };
}
