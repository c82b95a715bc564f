import { HeadroomError, messageOf } from '@headroom/contracts';

/** What the broker calls an error of the client, or of one of its causes; undefined when the broker said nothing. */
export function brokerErrorType(error: unknown): string | undefined {
  for (let each = error; each instanceof Error; each = each.cause) {
    const { type, errors } = each as { type?: unknown; errors?: readonly unknown[] };
    if (typeof type === 'string') return type;
    // An aggregate of one answer for each topic.
    const inner = errors?.map(brokerErrorType).find((found) => found !== undefined);
    if (inner !== undefined) return inner;
  }
  return undefined;
}

/** Refusals that the same request meets again until somebody changes records, topics or rights. */
const REFUSED = new Set([
  'TOPIC_AUTHORIZATION_FAILED',
  'GROUP_AUTHORIZATION_FAILED',
  'CLUSTER_AUTHORIZATION_FAILED',
  'TRANSACTIONAL_ID_AUTHORIZATION_FAILED',
  'SASL_AUTHENTICATION_FAILED',
  'UNSUPPORTED_SASL_MECHANISM',
  'ILLEGAL_SASL_STATE',
  'SECURITY_DISABLED',
  'POLICY_VIOLATION',
  'INVALID_RECORD',
  'INVALID_TIMESTAMP',
  'INVALID_REQUEST',
  'INVALID_CONFIG',
  'INVALID_PARTITIONS',
  'INVALID_REPLICATION_FACTOR',
  'INVALID_REPLICA_ASSIGNMENT',
  'INVALID_GROUP_ID',
  'INVALID_SESSION_TIMEOUT',
  'INCONSISTENT_GROUP_PROTOCOL',
  'UNSUPPORTED_VERSION',
  'UNSUPPORTED_FOR_MESSAGE_FORMAT',
  'UNSUPPORTED_COMPRESSION_TYPE',
]);
const TOO_LARGE = new Set(['MESSAGE_TOO_LARGE', 'RECORD_LIST_TOO_LARGE']);
const UNKNOWN_TOPIC = new Set(['UNKNOWN_TOPIC_OR_PARTITION', 'INVALID_TOPIC_EXCEPTION']);

/** Authentication fails before there is a broker that could name an error. */
function isAuthentication(error: unknown): boolean {
  for (let each = error; each instanceof Error; each = each.cause) {
    if (each.name === 'KafkaJSSASLAuthenticationError') return true;
  }
  return false;
}

/** The error of a failed request, as the port knows it. @param doing what was tried, for the message */
export function logError(error: unknown, doing: string): HeadroomError {
  if (error instanceof HeadroomError) return error;
  const type = brokerErrorType(error);
  if (type !== undefined && TOO_LARGE.has(type)) {
    const message = `Kafka refused to ${doing}: a record is above the limit of its topic; put large payloads in the blob store`;
    return new HeadroomError(message, { code: 'HEADROOM_RECORD_TOO_LARGE', cause: error });
  }
  if (type !== undefined && UNKNOWN_TOPIC.has(type)) return unknownTopic(doing, error);
  if ((type !== undefined && REFUSED.has(type)) || isAuthentication(error)) {
    const message = `Kafka refused to ${doing}: ${messageOf(error)}; check the rights and settings of this client and of the topic`;
    return new HeadroomError(message, { code: 'HEADROOM_LOG_REFUSED', cause: error, details: { type: type ?? null } });
  }
  const message = `Kafka could not be asked to ${doing}: ${messageOf(error)}; see that the brokers answer`;
  return new HeadroomError(message, { code: 'HEADROOM_LOG_AWAY', retryable: true, cause: error });
}

export function unknownTopic(what: string, cause?: unknown): HeadroomError {
  const message = `A topic does not exist (${what}); make it with ensureTopics first`;
  return new HeadroomError(message, { code: 'HEADROOM_TOPIC_UNKNOWN', cause });
}

export function closedError(): HeadroomError {
  return new HeadroomError('The log is closed', { code: 'HEADROOM_LOG_CLOSED', retryable: true });
}

/** The result of the work, or a rejection when it is not there in time; the work itself goes on. */
export async function withDeadline<Result>(work: Promise<Result>, ms: number, doing: string): Promise<Result> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => {
      const message = `Kafka did not answer within ${Math.round(ms)} ms to ${doing}`;
      reject(new HeadroomError(message, { code: 'HEADROOM_LOG_AWAY', retryable: true }));
    }, ms);
  });
  try {
    return await Promise.race([work, late]);
  } finally {
    clearTimeout(timer);
  }
}
