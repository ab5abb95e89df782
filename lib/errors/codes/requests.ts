import type { ErrorDefinitions } from "@/lib/errors/types";

/** What is wrong with a request as such, whatever it asks for. */
export const requestCodes = {
  internal: {
    kind: "internal",
    text: "Chancery met an unexpected error; report the request ID to its operators, whose server log has the details.",
  },
  "request.malformed": {
    kind: "malformed",
    text: "The request line or the Host header can't be read; check the client or the proxy that sent it.",
  },
  "request.bad-json": {
    kind: "malformed",
    text: "The body isn't JSON in UTF-8; fix it at the line and column that the answer names.",
  },
  "request.no-body": {
    kind: "malformed",
    text: "The request has no body; send a JSON object.",
  },
  "request.incomplete": {
    kind: "malformed",
    text: "The connection broke before the body was complete; send the request again.",
  },
  "request.invalid": {
    kind: "malformed",
    text: "The body, query or path doesn't match the schema; fix every field listed in `errors`.",
  },
  "request.not-found": {
    kind: "not-found",
    text: "No operation has this address; see /docs/api for those that exist.",
  },
  "request.method": {
    kind: "method-not-allowed",
    text: "The address doesn't support this method; use one of those in the Allow header.",
  },
  "request.content-type": {
    kind: "unsupported",
    text: "The body isn't declared as JSON; send Content-Type: application/json.",
  },
  "request.content-encoding": {
    kind: "unsupported",
    text: "The body is compressed; send it without Content-Encoding.",
  },
  "request.too-large": {
    kind: "too-large",
    text: "The body is longer than 1 MiB; send less in one request.",
  },
  "request.foreign-origin": {
    kind: "forbidden",
    text: "Another site made the browser send the request; repeat the action in Chancery, under the address in CHANCERY_PUBLIC_URL or the listener's own.",
  },
  "host.unknown": {
    kind: "misdirected",
    text: "The Host header names a host that isn't served over plain HTTP here; use https:// or the host's own name.",
  },
  "input.invalid": {
    kind: "invalid",
    text: "A field can't have this value; fix every field listed in `errors`.",
  },
  "cursor.invalid": {
    kind: "malformed",
    text: "The cursor wasn't issued for this list; start again from the first page.",
  },
  "idempotency.bad-key": {
    kind: "malformed",
    text: "Idempotency-Key isn't 1 to 255 visible ASCII characters without spaces; use a UUID.",
  },
  "idempotency.mismatch": {
    kind: "invalid",
    text: "This Idempotency-Key was used for a different request; use a new key for each new request.",
  },
  "idempotency.interrupted": {
    kind: "conflict",
    text: "The first request with this Idempotency-Key took effect and its answer was lost; `entryId` is the entry that says what was done.",
  },
  "idempotency.taken-over": {
    kind: "conflict",
    text: "A repeated request with the same Idempotency-Key took over, so this one did nothing; the repeated request has the outcome.",
  },
  "idempotency.running": {
    kind: "conflict",
    text: "The first request with this Idempotency-Key is still running; retry in a moment.",
  },
  "https.required": {
    kind: "forbidden",
    text: "Only certificate status is served over plain HTTP to other machines; use HTTPS.",
  },
  "console.unavailable": {
    kind: "unavailable",
    text: "The console is starting or doesn't answer in time; retry in a few seconds.",
  },
  "console.broken": {
    kind: "bad-gateway",
    text: "The console closed the connection in the middle of an answer; retry in a few seconds.",
  },
  "status.unavailable": {
    kind: "unavailable",
    text: "The status of the client certificate can't be looked up in time, so nothing was done; retry in a moment.",
  },
} as const satisfies ErrorDefinitions;
