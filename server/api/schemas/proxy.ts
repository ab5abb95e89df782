import { z } from "@hono/zod-openapi";
import { proxyKinds } from "@/lib/proxies/schema";
import { entryId, instant } from "@/server/api/schemas/common";

export const proxy = z
  .object({
    id: z.string().openapi({ example: "prx_01kat8m2wq7h4z0c9d5e6f7g8j" }),
    identity: z.object({ id: z.string(), name: z.string() }),
    kind: z
      .enum(proxyKinds)
      .openapi({ description: "Which headers are read of it; no others are." }),
    hops: z
      .number()
      .int()
      .openapi({
        description:
          "How many proxies, this one included, add an address to X-Forwarded-For; 0: the proxy's own address counts as the client's.",
      }),
    status: z.enum(["active", "removed"]),
    note: z.string(),
    createdAt: instant,
    changedAt: instant,
    entryId,
  })
  .openapi("Proxy");
