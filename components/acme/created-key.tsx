"use client";

import { CreatedOnce } from "@/components/forms/created-once";
import type { Created } from "@/components/forms/shown-once-dialog";
import { AcmeEnrollment, contactOf } from "@/components/shared/acme-enrollment";
import type { CreatedAcmeKey } from "@/lib/acme/schema";
import type { Enrollable } from "./enrollable";

type Props = Readonly<{
  done: Created<CreatedAcmeKey>;
  identity: Enrollable;
  rootUrl: string;
}>;

/** A new ACME key: what a client is configured with, and scripts that do it. */
export function CreatedKey({ done, identity, rootUrl }: Props) {
  const { kid, hmacKey, directory, names } = done.data;
  const enrollment = {
    kid,
    hmacKey: hmacKey ?? "",
    directory,
    rootUrl,
    name: names[0] ?? identity.example ?? "NAME",
    email: contactOf(identity.owner),
  };
  return (
    <CreatedOnce
      done={done}
      receipt="ACME key created."
      secretName="HMAC key"
      hasSecret={hmacKey !== null}
      remedy="Revoke this key and create another one."
      stored="Chancery stores it only encrypted."
    >
      <AcmeEnrollment enrollment={enrollment} />
    </CreatedOnce>
  );
}
