import { defineConfig } from "prisma/config";

// `generate` needs no database; the placeholder only satisfies the configuration's type.
export default defineConfig({
  schema: "prisma/schema.prisma",
  migrations: { path: "prisma/migrations" },
  datasource: { url: process.env.DATABASE_URL ?? "postgresql://nobody@127.0.0.1:1/none" },
});
