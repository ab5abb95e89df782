"use client";

import { BadgeCheck } from "lucide-react";
import { signIn } from "next-auth/react";
import { useRef, useState, type FormEvent } from "react";
import { ErrorBanner } from "@/components/forms/error-banner";
import { textOf } from "@/components/forms/form-values";
import { errorsOf, useAction } from "@/components/forms/use-action";
import { Button, ButtonLink } from "@/components/ui/button";
import { TextField } from "@/components/ui/input";
import { PasswordField } from "@/components/ui/password-field";
import type { InvitationDto } from "@/lib/accounts/schema";
import type { ServerAction } from "@/lib/auth/types";

type Props = Readonly<{
  token: string;
  invitation: InvitationDto;
  accept: ServerAction<Readonly<{ email: string }>>;
  certificateHref: string | null;
}>;

/** Sets the password and signs in with it. */
export function InvitationForm({ token, invitation, accept, certificateHref }: Props) {
  const { email, name, hasPassword } = invitation;
  const { state, pending, run } = useAction(accept);
  const [isSigningIn, setIsSigningIn] = useState(false);
  const field = useRef<HTMLInputElement>(null);
  const submit = async (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    const password = textOf(new FormData(event.currentTarget), "password");
    const answer = await run({ token, password });
    if (!answer.ok) {
      field.current?.focus();
      return;
    }
    setIsSigningIn(true);
    await signIn("credentials", { email, password, redirect: false }).catch(() => undefined);
    window.location.assign("/");
  };
  return (
    <form
      noValidate
      onSubmit={(event) => {
        void submit(event);
      }}
      className="flex flex-col gap-4"
    >
      <p className="text-sm text-muted">
        {hasPassword
          ? `Choose a new password, ${name}. Your current one stops working, and you’re signed out everywhere else.`
          : `Welcome, ${name}. Choose the password that you’ll sign in with.`}
      </p>
      {state?.ok === false && <ErrorBanner failure={state} fields={["password"]} />}
      <TextField
        label="Email"
        name="email"
        type="email"
        autoComplete="username"
        readOnly
        required
        defaultValue={email}
      />
      <PasswordField
        ref={field}
        label="New password"
        name="password"
        autoComplete="new-password"
        required
        autoFocus
        error={errorsOf(state, "password")}
        hint="At least 12 characters."
      />
      <Button type="submit" variant="primary" size="lg" block loading={pending || isSigningIn}>
        Set password and sign in
      </Button>
      {certificateHref && (
        <ButtonLink href={certificateHref} size="lg" block icon={<BadgeCheck aria-hidden />}>
          Sign in with a certificate instead
        </ButtonLink>
      )}
    </form>
  );
}
