import type { IdentityDto } from "@/lib/identities/schema";

type Kind = IdentityDto["kind"];

export const kindLabels: Readonly<Record<Kind, string>> = {
  person: "Person",
  service: "Service",
  device: "Device",
  system: "System",
};

export const kindHints: Readonly<Record<Exclude<Kind, "system">, string>> = {
  service: "A program, such as an API or a proxy.",
  person: "A person who signs in or signs documents with a certificate.",
  device: "A computer, phone or sensor.",
};
