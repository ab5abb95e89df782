import type { State } from "@/lib/format/state";

/** A color by meaning: the seven states and three more. */
export type Tone = State | "neutral" | "accent" | "danger";

export const toneText: Readonly<Record<Tone, string>> = {
  valid: "text-valid",
  expiring: "text-expiring",
  expired: "text-expired",
  hold: "text-hold",
  revoked: "text-revoked",
  pending: "text-pending",
  denied: "text-denied",
  neutral: "text-muted",
  accent: "text-accent",
  danger: "text-revoked",
};

export const toneSoft: Readonly<Record<Tone, string>> = {
  valid: "bg-valid-soft text-valid",
  expiring: "bg-expiring-soft text-expiring",
  expired: "bg-expired-soft text-expired",
  hold: "bg-hold-soft text-hold",
  revoked: "bg-revoked-soft text-revoked",
  pending: "bg-pending-soft text-pending",
  denied: "bg-denied-soft text-denied",
  neutral: "bg-sunken text-muted",
  accent: "bg-accent-soft text-accent",
  danger: "bg-revoked-soft text-revoked",
};

export const toneSolid: Readonly<Record<Tone, string>> = {
  valid: "bg-valid",
  expiring: "bg-expiring",
  expired: "bg-expired",
  hold: "bg-hold",
  revoked: "bg-revoked",
  pending: "bg-pending",
  denied: "bg-denied",
  neutral: "bg-edge",
  accent: "bg-accent",
  danger: "bg-danger",
};

/** Of shapes in a drawing. */
export const toneFill: Readonly<Record<Tone, string>> = {
  valid: "fill-valid",
  expiring: "fill-expiring",
  expired: "fill-expired",
  hold: "fill-hold",
  revoked: "fill-revoked",
  pending: "fill-pending",
  denied: "fill-denied",
  neutral: "fill-edge",
  accent: "fill-accent",
  danger: "fill-danger",
};
