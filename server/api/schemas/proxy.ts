import { z } from "@hono/zod-openapi";
import { proxyKinds, proxyScopes } from "@/lib/proxies/schema";
import { entryId, instant } from "./common";

export const proxy = z
  .object({
    id: z.string().openapi({ example: "prx_01kat8m2wq7h4z0c9d5e6f7g8j" }),
    identity: z.object({ id: z.string(), name: z.string() }),
    kind: z
      .enum(proxyKinds)
      .openapi({ description: "The kind of proxy, which determines the headers that are read." }),
    hops: z.number().int().openapi({
      description:
        "How many proxies, including this one, add an address to X-Forwarded-For. 0: the proxy's own address is used as the client's.",
    }),
    scopes: z.array(z.enum(proxyScopes)).openapi({
      description:
        "What the proxy's word counts for. forward-auth: client certificates, when it asks whether a request is allowed. api: client certificates at the REST API, for reading and revoking. console: only the client's address, for the console and for API tokens.",
    }),
    status: z.enum(["active", "removed"]),
    note: z.string(),
    createdAt: instant,
    changedAt: instant,
    entryId,
  })
  .openapi("Proxy");

export const proxyEffects = z
  .object({
    sessions: z.number().int().openapi({
      description:
        "Open sessions that were started through the proxy. They end when it is removed or loses the scope console.",
    }),
    certificates: z.object({
      count: z.number().int().openapi({
        description: "Certificates that were requested through the proxy.",
      }),
      items: z
        .array(
          z.object({
            id: z.string(),
            subject: z.string(),
            state: z.string(),
            notAfter: instant,
            requestedAt: instant,
            identity: z.object({ id: z.string(), name: z.string() }),
          }),
        )
        .openapi({ description: "The newest 100 of them." }),
    }),
  })
  .openapi("ProxyEffects");
