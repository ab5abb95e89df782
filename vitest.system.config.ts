import { defineConfig, type TestProjectInlineConfiguration } from "vitest/config";

/** Whole installations with their real processes, built before: `npm test -- build system`. */
function project(
  name: string,
  include: string,
  options: TestProjectInlineConfiguration["test"] = {},
): TestProjectInlineConfiguration {
  return {
    resolve: { alias: { "@": import.meta.dirname } },
    test: {
      name,
      environment: "node",
      include: [include],
      ...options,
      hookTimeout: 400_000,
      testTimeout: 1_200_000,
    },
  };
}

export default defineConfig({
  test: {
    // One after another: two at once would only wait for each other.
    fileParallelism: false,
    projects: [
      project("system", "e2e/system/**/*.test.ts", {
        globalSetup: ["testing/vitest-system-setup.ts"],
      }),
      // The long runs of `npm run test:long`.
      project("kills", "e2e/long/{kills,outcomes}.test.ts"),
      project("nodes", "e2e/long/{nodes,acme-kills}.test.ts"),
      project("index", "e2e/long/{index,upgrade}.test.ts"),
      project("scale", "e2e/long/scale.test.ts"),
      project("clients", "e2e/long/clients.test.ts"),
    ],
  },
});
