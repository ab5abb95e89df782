import { z } from "zod";
import { severities, type Severity } from "@/lib/alerts/schema";

export const destinationKinds = ["email", "webhook", "slack", "syslog"] as const;
export type DestinationKind = (typeof destinationKinds)[number];

const host = z
  .string()
  .trim()
  .regex(/^[A-Za-z0-9.:_-]{1,253}$/, "A host name or an address.");
const port = z
  .number("A port is a number.")
  .int()
  .min(1, "A port lies between 1 and 65535.")
  .max(65_535, "A port lies between 1 and 65535.");
const address = z.email("An e-mail address.").max(254);
const link = z
  .url({
    protocol: /^https?$/,
    message: "An address that begins with https:// (or http:// inside your network).",
  })
  .max(2048)
  .refine(
    (text) =>
      !URL.canParse(text) || (new URL(text).username === "" && new URL(text).password === ""),
    "Leave name and password out of the address: it is shown. The signature tells the receiver who asks.",
  );
/** Certificates (PEM) that are trusted besides the system's, for a server of one's own authority. */
const ca = z
  .string()
  .trim()
  .max(20_000)
  .refine(
    (text) =>
      text === "" || /^-----BEGIN CERTIFICATE-----[\s\S]+-----END CERTIFICATE-----$/.test(text),
    "Paste certificates in PEM, from -----BEGIN CERTIFICATE----- on.",
  )
  .default("");

/** What is not secret, by kind. */
export const destinationConfig = z.discriminatedUnion("kind", [
  z.strictObject({
    kind: z.literal("email"),
    host,
    port: port.default(587),
    security: z.enum(["starttls", "tls", "none"]).default("starttls"),
    user: z.string().max(254).default(""),
    from: address,
    to: z.array(address).min(1, "Write at least one address.").max(20),
    ca,
  }),
  z.strictObject({ kind: z.literal("webhook"), url: link, ca }),
  z.strictObject({
    kind: z.literal("slack"),
    /** Its path is the secret of such a link, so the whole link is sealed; this is what is shown. */ shown:
      z.string().max(253).default(""),
  }),
  z.strictObject({
    kind: z.literal("syslog"),
    host,
    port: port.default(6514),
    transport: z.enum(["tls", "tcp", "udp"]).default("tls"),
    facility: z.number().int().min(0).max(23).default(13),
    ca,
  }),
]);
export type DestinationConfig = z.infer<typeof destinationConfig>;

export const destinationInput = z.strictObject({
  name: z.string().trim().min(1, "Name it.").max(100),
  config: destinationConfig,
  minSeverity: z.enum(severities).default("medium"),
  /** SMTP password, the webhook's HMAC key (made here if none is given, and shown once), the whole Slack-compatible link. Never given back. */
  secret: z.string().max(2048).optional(),
});
export type DestinationInput = z.infer<typeof destinationInput>;
/** The kind never changes. What is left out stays as it is, the secret also where it is empty. `newSecret`: a webhook gets a new key, made here and shown once. */
export const destinationChange = z.strictObject({
  name: destinationInput.shape.name.optional(),
  config: destinationConfig.optional(),
  minSeverity: z.enum(severities).optional(),
  secret: destinationInput.shape.secret,
  newSecret: z.boolean().optional(),
  status: z.enum(["active", "paused"]).optional(),
});
export type DestinationChange = z.infer<typeof destinationChange>;
export const removeInput = z.strictObject({
  comment: z.string().trim().max(500, "At most 500 characters.").default(""),
});
export type RemoveInput = z.infer<typeof removeInput>;
export const deliveryQuery = z.strictObject({
  cursor: z.string().max(64).optional(),
  limit: z.coerce.number().int().min(1).max(200).default(25),
});
export type DeliveryQuery = z.infer<typeof deliveryQuery>;
export type DeliveryQueryInput = z.input<typeof deliveryQuery>;

/** What was sent, or given up, is forgotten after so long. */
export const deliveriesKeptMs = 90 * 86_400_000;

export type AttemptView = Readonly<{
  n: number;
  at: string;
  ok: boolean;
  answer: string;
  milliseconds: number;
}>;
export type DeliveryView = Readonly<{
  id: string;
  alert: Readonly<{ id: string; summary: string; severity: Severity }> | null;
  reason: "opened" | "escalated" | "resolved" | "test";
  status: "pending" | "sent" | "failed";
  createdAt: string;
  finishedAt: string | null;
  nextAt: string | null;
  attempts: readonly AttemptView[];
}>;
export type DeliveryList = Readonly<{ items: readonly DeliveryView[]; nextCursor: string | null }>;
/** What was sent of one alert: to whom, though not where that is. */
export type AlertDelivery = Omit<DeliveryView, "alert"> &
  Readonly<{
    destination: Readonly<{
      id: string;
      name: string;
      kind: DestinationKind;
      status: "active" | "paused" | "removed";
    }>;
  }>;
/** `takers`: how many active destinations want alerts of this severity now. */
export type AlertDeliveryList = Readonly<{
  items: readonly AlertDelivery[];
  nextCursor: string | null;
  takers: number;
}>;
/** How a test went, and where it stands in the record. */
export type TestResult = Readonly<{
  delivery: DeliveryView;
  ok: boolean;
  answer: string;
  milliseconds: number;
  entryId: string;
}>;
export type DestinationDto = Readonly<{
  id: string;
  kind: DestinationKind;
  name: string;
  status: "active" | "paused" | "removed";
  config: DestinationConfig;
  hasSecret: boolean;
  minSeverity: Severity;
  /** Where it goes, in one line. */
  address: string;
  last: Readonly<{ at: string; ok: boolean; answer: string }> | null;
  waiting: number;
  createdAt: string;
  changedAt: string;
  entryId?: string;
  /** Once, when it was made here. */
  secret?: string;
}>;
