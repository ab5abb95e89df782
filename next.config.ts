import type { NextConfig } from "next";

const config: NextConfig = {
  poweredByHeader: false,
  reactStrictMode: true,
  // What the console is made of; tests and benchmarks are checked by `npm test` and cannot keep
  // anybody from starting.
  typescript: { tsconfigPath: "tsconfig.console.json" },
  // Browsers ask for it on pages that name no icon, such as the gateway's refusals.
  rewrites: () => Promise.resolve([{ source: "/favicon.ico", destination: "/favicon.svg" }]),
  // forbidden() renders app/forbidden.tsx; with status 403 only where nothing of the page has
  // streamed yet.
  experimental: { authInterrupts: true },
  // Loaded by Node as they are: native code, or modules that must exist once in a process.
  serverExternalPackages: [
    "pg",
    "@prisma/adapter-pg",
    "@prisma/client",
    "@node-rs/argon2",
    "pkijs",
    "undici",
    "asn1js",
  ],
};

export default config;
