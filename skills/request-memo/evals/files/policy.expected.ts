import { lookupPolicy, type Policy } from './policies.js';

export interface Request {
  readonly tenant: string;
}

/** Policies by request: gone with it, so that a changed policy counts from the next request on. */
const policies = new WeakMap<Request, Policy>();

export function policyOf(request: Request, path: string): boolean {
  let policy = policies.get(request);
  if (policy === undefined) {
    policy = lookupPolicy(request.tenant);
    policies.set(request, policy);
  }
  return policy.allows(path);
}

export type { Policy };
