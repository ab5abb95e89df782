"use client";

import { signIn } from "next-auth/react";
import { useEffect, useRef, useState, type FormEvent } from "react";
import { textOf } from "@/components/forms/form-values";
import { Banner } from "@/components/ui/banner";
import { Button } from "@/components/ui/button";
import { TextField } from "@/components/ui/input";
import { PasswordField } from "@/components/ui/password-field";
import { plural } from "@/lib/format/count";

const wrongMessage = "Incorrect email or password.";
const busyMessage = "Too many sign-ins from your network are waiting. Try again in a few seconds.";
const unavailableMessage = "Sign-in isn’t available right now. Try again in a moment.";

/** A limit says when to try again; next-auth passes it on as `limited-` and seconds. */
function messageOf(error: string | null | undefined): string {
  if (error === "CredentialsSignin") return wrongMessage;
  const [, reason, seconds] = /^(limited|busy)-(\d+)$/.exec(error ?? "") ?? [];
  if (reason === undefined) return unavailableMessage;
  if (reason === "busy") return busyMessage;
  const minutes = Math.max(1, Math.ceil(Number(seconds) / 60));
  return `Too many failed sign-ins. Try again in ${plural(minutes, "minute")}, or ask an administrator for a new password link.`;
}

/**
 * Signs in with email and password. Every failure reads the same, so that it doesn't reveal which
 * accounts exist.
 */
export function SignInForm({
  next,
  focus = true,
}: Readonly<{
  /** A path of this site. */ next: string;
  /** The first field takes the focus. */ focus?: boolean | undefined;
}>) {
  const [error, setError] = useState<string | null>(null);
  const [pending, setPending] = useState(false);
  const password = useRef<HTMLInputElement>(null);
  useEffect(() => {
    if (error) password.current?.select();
  }, [error]);
  const submit = async (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    const form = new FormData(event.currentTarget);
    setPending(true);
    const answer = await signIn("credentials", {
      email: textOf(form, "email"),
      password: textOf(form, "password"),
      redirect: false,
    }).catch(() => undefined);
    if (answer?.ok && !answer.error) {
      window.location.assign(next);
      return;
    }
    setPending(false);
    setError(messageOf(answer?.error));
  };
  return (
    <form
      onSubmit={(event) => {
        void submit(event);
      }}
      className="flex flex-col gap-4"
    >
      {error && (
        <Banner tone="danger" live>
          {error}
        </Banner>
      )}
      <TextField
        label="Email"
        name="email"
        type="email"
        autoComplete="username"
        required
        autoFocus={focus}
      />
      <PasswordField
        ref={password}
        label="Password"
        name="password"
        autoComplete="current-password"
        required
      />
      <Button type="submit" variant="primary" size="lg" block loading={pending}>
        Sign in
      </Button>
    </form>
  );
}
