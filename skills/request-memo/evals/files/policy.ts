import { lookupPolicy, type Policy } from './policies.js';

export interface Request {
  readonly tenant: string;
}

export function policyOf(request: Request, path: string): boolean {
  return lookupPolicy(request.tenant).allows(path);
}

export type { Policy };
