import { z } from "zod";
import { problemWithLine } from "@/lib/format/label";
import { checkData } from "./check-data";

/** Limits of one batch. */
const maxEvents = 500;
export const eventBytesMax = 16_384;
/**
 * So far may a number lie above the highest that was received, and into so many pieces may the
 * numbers of a run fall.
 */
export const maxJump = 100_000;
export const maxRanges = 1_000;
const maxNumber = 999_999_999_999_999;

const seq = z
  .number()
  .int("Must be a whole number of at least 1.")
  .min(1, "Must be at least 1.")
  .max(maxNumber);
const refuse =
  (problemWith: (text: string) => string | null) =>
  (text: string, context: z.core.$RefinementCtx<string>): void => {
    const message = problemWith(text);
    if (message !== null) context.addIssue({ code: "custom", message });
  };
const line = (most: number) =>
  z
    .string()
    .trim()
    .min(1, "Must not be empty.")
    .max(most, `At most ${most} characters.`)
    .superRefine(refuse(problemWithLine));
/**
 * A service reports on its own things: an id that has the form of Chancery's would put the event
 * into the history of something else.
 */
const chanceryId = /^[a-z]{2,3}_[0-9a-hjkmnp-tv-z]{26}$/;

export const eventInput = z.strictObject({
  seq: seq.describe(
    "Numbers of a run start at 1 without gaps. An event that arrives twice under one number is stored once.",
  ),
  name:
    /* The dot tells it from the name of a service, under which requests are counted. */
    z
      .string()
      .regex(
        /^[a-z][a-zA-Z0-9_-]*(\.[a-zA-Z0-9_-]+)+$/,
        "What was done: two or more words separated by dots, such as payment.approved.",
      )
      .max(100),
  occurredAt: z.iso
    .datetime({
      offset: true,
      error: "Must be a time with its offset, such as 2026-11-23T02:38:07Z.",
    })
    .max(40),
  outcome: z.enum(["success", "denied", "failure"]).default("success"),
  reason: z
    .string()
    .trim()
    .min(1, "Must not be empty.")
    .max(1_000, "At most 1000 characters.")
    .superRefine(refuse((text) => problemWithLine(text.replaceAll(/[\t\r\n]/g, " "))))
    .optional(),
  target: z
    .strictObject({
      kind: line(64),
      label: line(200).optional(),
      id: line(200).refine(
        (id) => !chanceryId.test(id),
        "This looks like an id of Chancery. Use your service's own id here, and put Chancery's id into data.",
      ),
    })
    .optional()
    .describe("The object of the action."),
  onBehalfOf: line(200).optional().describe("The person or customer for whom the service acted."),
  clientIp: z.union([z.ipv4(), z.ipv6()], "Must be an IP address.").optional(),
  data: z
    .custom<Readonly<Record<string, unknown>>>(isObject, "Must be an object.")
    .superRefine(checkData)
    .default({})
    .meta({
      type: "object",
      description: "Any other data. Never include secrets: it is kept as long as the log.",
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

/** Confirms the numbers of this run up to one of them. It has its own number, like an event. */
const heartbeatInput = z
  .strictObject({
    seq,
    settled: z
      .number()
      .int("Must be a whole number.")
      .min(0)
      .max(maxNumber)
      .describe(
        "Every number up to this one belongs to an event that was sent. A number that hasn't arrived is recorded as a gap.",
      ),
    ended: z.boolean().default(false).describe("This run has ended."),
  })
  .superRefine((beat, context) => {
    if (beat.settled >= beat.seq)
      context.addIssue({
        code: "custom",
        path: ["settled"],
        message: `Must not be below the heartbeat's own number, ${beat.seq}.`,
      });
  });

export const eventBatch = z
  .strictObject({
    source: slug("A name for the instance")
      .default("main")
      .describe("Distinguishes several sources of one identity, such as its instances."),
    boot: slug("A name for this run").describe(
      "A random string that changes whenever the numbers start at 1 again.",
    ),
    events: z.array(eventInput).max(maxEvents, `At most ${maxEvents} at once.`).default([]),
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
}>;
