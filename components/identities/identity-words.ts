import type { IdentityDto } from "@/lib/identities/schema";

type Kind = IdentityDto["kind"];

export const kindWords: Readonly<Record<Kind, string>> = {
  person: "Person",
  service: "Service",
  device: "Device",
  system: "Chancery itself",
};

export const kindHints: Readonly<Record<Exclude<Kind, "system">, string>> = {
  service: "A program that speaks for itself, such as an API or a proxy.",
  person: "Somebody who signs in or signs with a certificate.",
  device: "A machine, a phone, a sensor.",
};
