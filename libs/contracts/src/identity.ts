import { createHash } from 'node:crypto';
import { HeadroomError } from './errors.js';
import type { CaseKind } from './common.js';

/** What makes a case the same case: never a time, a run, or a skill. */
export interface CaseIdentity {
  repository: string;
  kind: CaseKind;
  /** Function id or configuration key. */
  subject: string;
  /**
   * Regression: the deployment of the change point as estimated at the first opening. Opportunity: the sha256 of the
   * subject's source on the base branch.
   */
  anchor: string;
}

/** Hexadecimal sha256 of text or bytes. */
export function sha256(content: string | Uint8Array): string {
  return createHash('sha256').update(content).digest('hex');
}

/** Fingerprint of a case identity, 64 hexadecimal digits. Branch, case id and proposal marker derive from it. */
export function caseFingerprint(identity: CaseIdentity): string {
  return sha256(JSON.stringify([identity.repository, identity.kind, identity.subject, identity.anchor]));
}

/** The case id: a readable prefix and the first 20 digits of the fingerprint. */
export function caseIdOf(identity: CaseIdentity): string {
  return `${identity.kind === 'regression' ? 'reg' : 'opp'}-${caseFingerprint(identity).slice(0, 20)}`;
}

/** Id of an opportunity: stable while the same skill sees something in the same function of a service. */
export function opportunityIdOf(of: { repository: string; service: string; subject: string; skill: string }): string {
  return `opt-${sha256(JSON.stringify([of.repository, of.service, of.subject, of.skill])).slice(0, 20)}`;
}

/** The one branch of a case: `headroom/<scope>/<kind>-<12 digits>`. */
export function branchOf(scope: string, kind: CaseKind, caseId: string): string {
  const safeScope =
    scope
      .toLowerCase()
      .replace(/[^a-z0-9-]+/g, '-')
      .replace(/^-+|-+$/g, '') || 'service';
  return `headroom/${safeScope}/${kind}-${caseId.slice(4, 16)}`;
}

const EVENT_NAMESPACE = '6f3a1c0e-4f6b-5d1e-9a53-2f0d9f6f7c11';

/**
 * Name-based UUID, version 5 (RFC 9562, section 5.5).
 * @throws HeadroomError `HEADROOM_UUID_INVALID` when the namespace is not a UUID
 */
export function uuidv5(name: string, namespace: string = EVENT_NAMESPACE): string {
  const hex = namespace.replaceAll('-', '');
  if (!/^[0-9a-f]{32}$/i.test(hex)) {
    throw new HeadroomError(`"${namespace}" is not a UUID`, { code: 'HEADROOM_UUID_INVALID' });
  }
  const bytes = createHash('sha1').update(Buffer.from(hex, 'hex')).update(name).digest().subarray(0, 16);
  bytes.writeUInt8((bytes.readUInt8(6) & 0x0f) | 0x50, 6);
  bytes.writeUInt8((bytes.readUInt8(8) & 0x3f) | 0x80, 8);
  const out = bytes.toString('hex');
  return [out.slice(0, 8), out.slice(8, 12), out.slice(12, 16), out.slice(16, 20), out.slice(20)].join('-');
}

/**
 * Id of an event that follows from another one: the same input, step and index always give the same id, so a rerun
 * publishes the same event and not a second one.
 */
export function derivedEventId(causationId: string, step: string, index = 0): string {
  return uuidv5(JSON.stringify([causationId, step, index]));
}
