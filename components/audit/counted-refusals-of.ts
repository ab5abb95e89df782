import { z } from "zod";

const counted = z.object({
  refused: z.string(),
  code: z.string(),
  status: z.number(),
  count: z.number(),
  network: z.string().nullable(),
  firstAt: z.iso.datetime(),
  lastAt: z.iso.datetime(),
  addresses: z.array(z.string()),
  addressCount: z.number(),
  moreAddresses: z.boolean(),
  requests: z.array(z.object({ request: z.string(), count: z.number() })),
  otherRequests: z.number(),
  reasons: z.array(z.object({ reason: z.string(), count: z.number() })),
  services: z.array(z.string()).optional(),
  proxies: z.array(z.string()).optional(),
  presented: z
    .array(z.object({ subject: z.string(), issuer: z.string(), fingerprintSha256: z.string() }))
    .optional(),
});
/** The details of an entry about refusals that were counted. */
export type CountedRefusalDetails = z.infer<typeof counted>;

/** Null for the details of any other entry, and for those of another version. */
export function countedRefusalsOf(
  details: Readonly<Record<string, unknown>>,
): CountedRefusalDetails | null {
  if (!("refused" in details)) return null;
  const parsed = counted.safeParse(details);
  return parsed.success ? parsed.data : null;
}
