import { defineConfig } from "vitest/config";

export default defineConfig({
  resolve: { alias: { "@": import.meta.dirname } },
  test: {
    environment: "node",
    include: [
      "lib/**/*.test.ts",
      "server/**/*.test.ts",
      "cli/**/*.test.ts",
      "components/**/*.test.ts",
      "app/**/*.test.ts",
      "tools/**/*.test.ts",
      "lint/**/*.test.ts",
      "clients/**/*.test.ts",
    ],
    globalSetup: ["server/supervise/testing/vitest-global-setup.ts"],
    hookTimeout: 120_000,
    testTimeout: 60_000,
  },
});
