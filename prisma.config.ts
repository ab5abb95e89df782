import { defineConfig } from "prisma/config";

// `generate` needs no database; the placeholder only satisfies the configuration's type.
export default defineConfig({
  schema: "prisma/schema.prisma",
  migrations: { path: "prisma/migrations" },
  // Names of identities: intervals, generated columns and an exclusion constraint, all in raw SQL.
  experimental: { externalTables: true },
  tables: { external: ["public.identity_name", "public.name_share"] },
  datasource: { url: process.env.DATABASE_URL ?? "postgresql://nobody@127.0.0.1:1/none" },
});
