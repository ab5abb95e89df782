import { defineConfig } from "vitest/config";

// Whole installations with their real processes, built before (`npm test -- build system`). One after another: they measure themselves
// against nothing, but two of them at once would only wait for each other.
export default defineConfig({
  resolve: { alias: { "@": import.meta.dirname } },
  test: {
    environment: "node",
    include: ["e2e/system/**/*.test.ts"],
    fileParallelism: false,
    hookTimeout: 400_000,
    testTimeout: 120_000,
  },
});
