/** HTTP status of each failure that has one of its own; any other is 503 where it is retryable, else 400. */
export const PROBLEM_STATUS = {
  HEADROOM_REQUEST_INVALID: 400,
  HEADROOM_BODY_INVALID: 400,
  HEADROOM_QUERY_INVALID: 400,
  HEADROOM_CURSOR_INVALID: 400,
  HEADROOM_EVENT_INVALID: 400,
  HEADROOM_EVENT_UNKNOWN_TYPE: 400,
  HEADROOM_PROFILE_INVALID: 400,
  HEADROOM_PATH_MAP_INVALID: 400,
  HEADROOM_BLOB_ADDRESS_INVALID: 400,
  HEADROOM_UNAUTHORIZED: 401,
  HEADROOM_EVENT_NOT_ALLOWED: 403,
  HEADROOM_HOST_NOT_ALLOWED: 403,
  HEADROOM_ROUTE_NOT_FOUND: 404,
  HEADROOM_CASE_NOT_FOUND: 404,
  HEADROOM_DEAD_LETTER_NOT_FOUND: 404,
  HEADROOM_BLOB_MISSING: 404,
  HEADROOM_COMMAND_REFUSED: 409,
  HEADROOM_EVENT_TOO_LARGE: 413,
  HEADROOM_BODY_TOO_LARGE: 413,
  HEADROOM_MEDIA_TYPE_UNSUPPORTED: 415,
  HEADROOM_BLOB_DIGEST_MISMATCH: 422,
  HEADROOM_UNEXPECTED: 500,
} as const satisfies Partial<Record<`HEADROOM_${string}`, number>>;

/** A code whose status is documented. */
export type ProblemCode = keyof typeof PROBLEM_STATUS;

/** The status of a failure. */
export function problemStatus(code: string, retryable: boolean): number {
  const known: Partial<Record<string, number>> = PROBLEM_STATUS;
  return known[code] ?? (retryable ? 503 : 400);
}
