import { authenticateKey } from "@/lib/acme/authenticate";
import { changeAccountKey } from "@/lib/acme/change-account-key";
import { createAccount } from "@/lib/acme/create-account";
import { parseJws } from "@/lib/acme/parse-jws";
import { listOrders } from "@/lib/acme/read-order";
import { updateAccount } from "@/lib/acme/update-account";
import { AppError } from "@/lib/errors/app-error";
import type { AcmeAnswer } from "./answer";
import { accountCall, payloadOrNull, postAsGet, requestOf } from "./authenticate";
import { readBody } from "./read-body";
import type { AcmeCall, Resource } from "./resource-types";
import { accountObject } from "./resources";

async function newAccount(call: AcmeCall): Promise<AcmeAnswer> {
  const request = requestOf(call);
  const parsed = parseJws(await readBody(call.request));
  const signed = await authenticateKey(call.deps, parsed, request);
  const { account, isNew } = (await createAccount(call.deps, signed, request)).result;
  return {
    status: isNew ? 201 : 200,
    headers: { location: call.urls.account(account.id) },
    body: accountObject(account, call.urls),
  };
}

async function account(call: AcmeCall): Promise<AcmeAnswer> {
  const proven = await accountCall(call);
  assertSelf(call, proven.account.id);
  const payload = payloadOrNull(proven);
  const result =
    payload === null
      ? proven.account
      : (await updateAccount(call.deps, proven.account, payload)).result;
  return { status: 200, body: accountObject(result, call.urls) };
}

async function orders(call: AcmeCall): Promise<AcmeAnswer> {
  const proven = await postAsGet(call);
  assertSelf(call, proven.account.id);
  const page = await listOrders(call.deps, proven.account, call.query.get("cursor"));
  const next =
    page.nextCursor === null
      ? []
      : [`<${call.urls.orders(proven.account.id)}?cursor=${page.nextCursor}>;rel="next"`];
  return { status: 200, body: { orders: page.ids.map(call.urls.order) }, links: next };
}

async function keyChange(call: AcmeCall): Promise<AcmeAnswer> {
  const proven = await accountCall(call);
  const { result } = await changeAccountKey(call.deps, proven, call.urls.account(""));
  return { status: 200, body: accountObject(result, call.urls) };
}

function assertSelf({ params }: AcmeCall, id: string): void {
  if (params[0] !== id)
    throw new AppError("acme.unauthorized", "An account can only read and change itself.");
}

export const accountResources: readonly Resource[] = [
  { name: "new-account", ofDirectory: true, path: /^new-account$/, methods: { POST: newAccount } },
  { name: "key-change", ofDirectory: true, path: /^key-change$/, methods: { POST: keyChange } },
  {
    name: "account",
    ofDirectory: false,
    path: /^acct\/(acc_[a-z0-9]{26})$/,
    methods: { POST: account },
  },
  {
    name: "orders",
    ofDirectory: false,
    path: /^acct\/(acc_[a-z0-9]{26})\/orders$/,
    methods: { POST: orders },
  },
];
