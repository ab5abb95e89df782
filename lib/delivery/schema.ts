import { dayMs } from "@/lib/format/time-units";
import { z } from "zod";
import { label, note, optionalLabel } from "@/lib/format/label";
import { severities, type Severity } from "@/lib/alerts/schema";

export const destinationKinds = ["email", "webhook", "slack", "syslog"] as const;
export type DestinationKind = (typeof destinationKinds)[number];

const host = z
  .string()
  .trim()
  .regex(/^[A-Za-z0-9.:_-]{1,253}$/, "Enter a hostname or an address.");
const port = z
  .number("Enter a port number.")
  .int()
  .min(1, "Enter a port between 1 and 65535.")
  .max(65_535, "Enter a port between 1 and 65535.");
const address = z.email("Enter an email address.").max(254);
const link = z
  .url({
    protocol: /^https?$/,
    message: "Enter a URL that starts with https:// (or http:// inside your network).",
  })
  .max(2048)
  .refine(
    (text) =>
      !URL.canParse(text) || (new URL(text).username === "" && new URL(text).password === ""),
    "Remove the username and password from the URL. The receiver verifies the signature instead.",
  );
/**
 * Certificates (PEM) that are trusted in addition to the system's, for a server with a private CA.
 */
const ca = z
  .string()
  .trim()
  .max(20_000)
  .refine(
    (text) =>
      text === "" || /^-----BEGIN CERTIFICATE-----[\s\S]+-----END CERTIFICATE-----$/.test(text),
    "Paste PEM certificates that start with -----BEGIN CERTIFICATE-----.",
  )
  .default("");

const emailConfig = z.strictObject({
  kind: z.literal("email"),
  host,
  port: port.default(587),
  security: z.enum(["starttls", "tls", "none"]).default("starttls"),
  user: z.string().max(254).default(""),
  from: address,
  to: z.array(address).min(1, "Enter at least one address.").max(20),
  ca,
});
const otherConfigs = [
  z.strictObject({ kind: z.literal("webhook"), url: link, ca }),
  z.strictObject({
    kind: z.literal("slack"),
    /** The link's path is a secret, so the whole link is sealed; this part is displayed. */
    shown: z
      .string()
      .max(253)
      .regex(/^[!-~…]*$/)
      .default(""),
  }),
  z.strictObject({
    kind: z.literal("syslog"),
    host,
    port: port.default(6514),
    transport: z.enum(["tls", "tcp", "udp"]).default("tls"),
    facility: z.number().int().min(0).max(23).default(13),
    ca,
  }),
] as const;

/** What is not secret, by kind. */
export const destinationConfig = z.discriminatedUnion("kind", [emailConfig, ...otherConfigs]);
/** Earlier versions took any characters in the name of a user. */
const configInput = z.discriminatedUnion("kind", [
  emailConfig.extend({ user: optionalLabel(254).default("") }),
  ...otherConfigs,
]);
export type DestinationConfig = z.infer<typeof destinationConfig>;

export const destinationInput = z.strictObject({
  name: label(100),
  config: configInput,
  minSeverity: z.enum(severities).default("medium"),
  /**
   * SMTP password, the webhook's HMAC key (made here if none is given, and shown once), the whole
   * Slack-compatible link. Never returned.
   */
  secret: z.string().max(2048).optional(),
});
export type DestinationInput = z.infer<typeof destinationInput>;
/**
 * The kind never changes. Omitted fields stay unchanged, and so does the secret if it is empty.
 * `newSecret`: a webhook gets a new key, made here and shown once.
 */
export const destinationChange = z.strictObject({
  name: destinationInput.shape.name.optional(),
  config: configInput.optional(),
  minSeverity: z.enum(severities).optional(),
  secret: destinationInput.shape.secret,
  newSecret: z.boolean().optional(),
  status: z.enum(["active", "paused"]).optional(),
});
export type DestinationChange = z.infer<typeof destinationChange>;
export const removeInput = z.strictObject({
  comment: note(500).default(""),
});
export type RemoveInput = z.infer<typeof removeInput>;
export const deliveryQuery = z.strictObject({
  cursor: z.string().max(64).optional(),
  limit: z.coerce.number().int().min(1).max(200).default(25),
});
export type DeliveryQueryInput = z.input<typeof deliveryQuery>;

/** How long finished deliveries are kept. */
export const deliveryRetentionMs = 90 * dayMs;

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
/** A delivery of one alert: its destination by name, without the address. */
export type AlertDelivery = Omit<DeliveryView, "alert"> &
  Readonly<{
    destination: Readonly<{
      id: string;
      name: string;
      kind: DestinationKind;
      status: "active" | "paused" | "removed";
    }>;
  }>;
/** `takers`: how many active destinations receive alerts of this severity now. */
export type AlertDeliveryList = Readonly<{
  items: readonly AlertDelivery[];
  nextCursor: string | null;
  takers: number;
}>;
/** The result of a test, and its entry in the audit log. */
export type TestResult = Readonly<{
  delivery: DeliveryView;
  ok: boolean;
  answer: string;
  milliseconds: number;
}>;
export type DestinationDto = Readonly<{
  id: string;
  kind: DestinationKind;
  name: string;
  status: "active" | "paused" | "removed";
  config: DestinationConfig;
  hasSecret: boolean;
  minSeverity: Severity;
  /** The target address, in one line. */
  address: string;
  last: Readonly<{ at: string; ok: boolean; answer: string }> | null;
  /** The latest attempt that succeeded. */
  lastSentAt: string | null;
  waiting: number;
  /** Of those that wait: when the first was created, and when the next attempt is due. */
  waitingSince: string | null;
  nextAt: string | null;
  createdAt: string;
  changedAt: string;
  /** Returned once, when it was generated here. */
  secret?: string;
}>;
