import { z } from "zod";

/** A network in CIDR notation, or one address. Only the form: `canonicalNetworks` checks the value. */
export const networkText = z
  .string()
  .trim()
  .toLowerCase()
  .regex(
    /^[0-9a-f.:]+(\/\d{1,3})?$/,
    "Enter an address or a network, such as 10.20.0.0/16 or 2001:db8::/32.",
  )
  .max(49);
