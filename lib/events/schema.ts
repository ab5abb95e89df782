import { z } from "zod";
import { checkData } from "./check-data";

/** So much is taken at once. */
export const mostEvents = 500,
  eventBytesMax = 16_384;
/** So far may a number lie above the highest that was received, and into so many pieces may the numbers of a run fall. */
export const mostJump = 100_000,
  mostPieces = 1_000;
const highestNumber = 999_999_999_999_999;

const seq = z
  .number()
  .int("A whole number from 1.")
  .min(1, "Numbers begin with 1.")
  .max(highestNumber);
/** Signs that are not seen, or turn the direction of what is read: a sentence with them could seem to say something else. */
const unseen =
  /[\p{Cc}\p{Cs}\p{Zl}\p{Zp}\u200B\u200E\u200F\u202A-\u202E\u2060\u2066-\u2069\uFEFF]/u;
const turning = "No control characters, and no signs that turn the direction of what is read.";
const line = (most: number) =>
  z
    .string()
    .trim()
    .min(1, "It is empty.")
    .max(most, `At most ${most} characters.`)
    .refine((text) => !unseen.test(text), `One line. ${turning}`);
/** A service reports on its own things: an id that has the form of Chancery's would put the event into the history of something else. */
const ownId = /^[a-z]{2,3}_[0-9a-hjkmnp-tv-z]{26}$/;

export const eventInput = z.strictObject({
  seq: seq.describe(
    "Numbers of a run are dense from 1; what arrives twice under one number is stored once.",
  ),
  name:
    /* The dot tells it from the name of a service, under which requests are counted. */
    z
      .string()
      .regex(
        /^[a-z][a-zA-Z0-9_-]*(\.[a-zA-Z0-9_-]+)+$/,
        "What was done, in two words or more with dots between, such as payment.approved.",
      )
      .max(100),
  occurredAt: z.iso
    .datetime({ offset: true, error: "A time with its offset, such as 2026-11-23T02:38:07Z." })
    .max(40),
  outcome: z.enum(["success", "denied", "failure"]).default("success"),
  reason: z
    .string()
    .trim()
    .min(1, "It is empty.")
    .max(1_000, "At most 1000 characters.")
    .refine((text) => !unseen.test(text.replaceAll(/[\t\r\n]/g, " ")), turning)
    .optional(),
  target: z
    .strictObject({
      kind: line(64),
      label: line(200).optional(),
      id: line(200).refine(
        (id) => !ownId.test(id),
        "It has the form of one of Chancery's own ids. Name a thing of yours here, and put that id into data.",
      ),
    })
    .optional()
    .describe("What it was done to."),
  onBehalfOf: line(200).optional().describe("The person or customer for whom the service acted."),
  clientIp: z.union([z.ipv4(), z.ipv6()], "An IP address.").optional(),
  data: z
    .custom<Readonly<Record<string, unknown>>>(isObject, "An object.")
    .superRefine(checkData)
    .default({})
    .meta({
      type: "object",
      description: "Whatever else belongs to it. Never a secret: it is kept as long as the log.",
    }),
});
export type EventInput = z.infer<typeof eventInput>;

function isObject(value: unknown): boolean {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

const slug = (what: string) =>
  z
    .string()
    .regex(
      /^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$/,
      `${what}: letters, digits, dot, underscore and hyphen, at most 64.`,
    );

/** Says how far the numbers of this run are settled. It has a number of its own, like an event. */
export const heartbeatInput = z
  .strictObject({
    seq,
    settled: z
      .number()
      .int("A whole number.")
      .min(0)
      .max(highestNumber)
      .describe(
        "Every number up to this one was given to an event that must have arrived by now. What did not is recorded as a gap.",
      ),
    ended: z.boolean().default(false).describe("This run is over."),
  })
  .superRefine((beat, context) => {
    if (beat.settled >= beat.seq)
      context.addIssue({
        code: "custom",
        path: ["settled"],
        message: `It is below the heartbeat's own number, ${beat.seq}.`,
      });
  });

export const eventBatch = z
  .strictObject({
    source: slug("A name for the instance")
      .default("main")
      .describe("Tells several sources of one identity apart, such as its instances."),
    boot: slug("A name for this run").describe(
      "A random text that is new whenever the numbers begin with 1 again.",
    ),
    events: z.array(eventInput).max(mostEvents, `At most ${mostEvents} at once.`).default([]),
    heartbeat: heartbeatInput.optional(),
  })
  .superRefine((batch, context) => {
    if (batch.events.length === 0 && batch.heartbeat === undefined)
      context.addIssue({
        code: "custom",
        path: ["events"],
        message: "There is nothing to record: send at least one event or a heartbeat.",
      });
  });
export type EventBatch = z.infer<typeof eventBatch>;

export type EventReport = Readonly<{
  /** How many of them were new, the heartbeat among them. */
  accepted: number;
  /** How many were stored before: they are not stored again. */
  duplicates: number;
  /** By number; of a repetition after weeks the entry is not known any more (null). */
  entries: readonly Readonly<{ seq: number; entryId: string | null }>[];
  /** Numbers below the highest that were never received: "17-19,23"; the first hundred ranges. */
  missing: string;
  missingCount: number;
  /** The first entry that this batch made, if it made one. */
  entryId?: string;
}>;
