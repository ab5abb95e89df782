/** The rows of tests and of what only tests, benchmarks and tools are made of (see import-table.js). */
const anyNode = ["node:**"];
const tests = { packages: ["vitest", "zod", ...anyNode] };

export const testRows = [
  // Tests: what their place may import, and the harness.
  {
    name: "a test of lib/auth",
    files: ["lib/auth/**.test"],
    imports: ["lib/**", "testing/**"],
    packages: [...tests.packages, "next/*", "next-auth", "next-auth/**", "pg"],
  },
  {
    name: "a test of lib",
    files: ["lib/**.test"],
    imports: ["lib/**", "testing/**"],
    packages: [
      ...tests.packages,
      "pg",
      "pkijs",
      "asn1js",
      "@peculiar/*",
      "reflect-metadata",
      "nodemailer",
    ],
  },
  {
    name: "a test of server",
    files: ["server/**.test"],
    imports: ["server/**", "lib/**", "testing/**"],
    packages: [...tests.packages, "hono", "@hono/zod-openapi", "pg", "esbuild"],
  },
  {
    name: "a test of components or app",
    files: ["components/**.test", "app/**.test"],
    imports: ["app/**", "components/**", "lib/**", "testing/**"],
    packages: [...tests.packages, "react", "react-dom"],
  },
  {
    name: "a test of the command line",
    files: ["cli/**.test"],
    imports: ["cli/**", "lib/**", "testing/**"],
    packages: tests.packages,
  },
  {
    name: "a test of clients or tools",
    files: ["clients/**.test", "tools/**.test"],
    imports: ["clients/**", "tools/**", "testing/**", "lib/**"],
    packages: tests.packages,
  },
  {
    name: "the test harness",
    files: ["testing/**"],
    imports: ["testing/**", "lib/**", "server/**", "cli/**"],
    packages: [
      "vitest",
      "pg",
      "pkijs",
      "asn1js",
      "@peculiar/*",
      "smtp-server",
      "acme-client",
      "@playwright/test",
      "esbuild",
      ...anyNode,
    ],
  },
  {
    name: "a browser or system test",
    files: ["e2e/**"],
    imports: ["e2e/**", "testing/**", "lib/**", "clients/**"],
    packages: ["@playwright/test", "axe-core", "vitest", "pg", ...anyNode],
  },
  {
    name: "a benchmark",
    files: ["bench/**"],
    imports: ["bench/**", "testing/**", "lib/**", "server/**", "cli/**"],
    packages: ["pg", "@playwright/test", ...anyNode],
  },
];
