import { z } from "zod";

export const proxyKinds = ["nginx", "traefik", "envoy", "rfc9440"] as const;
export type ProxyKind = (typeof proxyKinds)[number];

const hops = z.number().int("A whole number.").min(0).max(16, "At most 16.");
const note = z.string().trim().max(500).default("");

export const proxyInput = z.strictObject({
  identity: z
    .string()
    .trim()
    .min(1, "Choose the identity whose certificate the proxy uses.")
    .max(64),
  kind: z.enum(proxyKinds),
  hops: hops.default(1),
  note,
});
export type ProxyInput = z.infer<typeof proxyInput>;
export const proxyChange = z.strictObject({
  kind: z.enum(proxyKinds).optional(),
  hops: hops.optional(),
  note: z.string().trim().max(500).optional(),
});
export type ProxyChange = z.infer<typeof proxyChange>;
export const proxyRemoval = z.strictObject({ comment: z.string().trim().max(500).default("") });

export type ProxyDto = Readonly<{
  id: string;
  identity: Readonly<{ id: string; name: string }>;
  kind: ProxyKind;
  hops: number;
  status: "active" | "removed";
  note: string;
  createdAt: string;
  changedAt: string;
  entryId?: string;
}>;
