import { z } from 'zod';

/** Reverse-DNS prefix of every event type: `dev.` + topic. */
export const TYPE_PREFIX = 'dev.';

/** Names of attributes, as CloudEvents 1.0 asks. */
export const attributeNamePattern = /^[a-z0-9]{1,20}$/;

/** W3C Trace Context header, version 00. */
export const traceparentSchema = z
  .string()
  .regex(/^00-(?!0{32})[0-9a-f]{32}-(?!0{16})[0-9a-f]{16}-[0-9a-f]{2}$/, 'must be a W3C traceparent of version 00');

/**
 * A CloudEvents 1.0 envelope in its structured JSON form. Unknown extension attributes are kept as long as their names
 * are lower-case letters and digits, as CloudEvents asks. `time` is optional, as it is there.
 */
export const envelopeSchema = z
  .looseObject({
    specversion: z.literal('1.0'),
    id: z.string().min(1).max(256),
    source: z.string().min(1).max(1024),
    type: z.string().min(1).max(256),
    time: z.iso.datetime({ offset: true }).optional(),
    subject: z.string().min(1).max(1024).optional(),
    datacontenttype: z
      .string()
      .regex(/^application\/(?:[a-z0-9.+-]*\+)?json(?:\s*;.*)?$/i, 'must be JSON')
      .optional(),
    dataschema: z.string().max(1024).optional(),
    traceparent: traceparentSchema.optional(),
    tracestate: z.string().max(512).optional(),
    correlationid: z.string().min(1).max(256).optional(),
    causationid: z.string().min(1).max(256).optional(),
    partitionkey: z.string().min(1).max(1024).optional(),
    team: z.string().min(1).max(200).optional(),
    data: z.unknown(),
  })
  .superRefine((envelope, context) => {
    for (const name of Object.keys(envelope)) {
      if (!attributeNamePattern.test(name) && name !== 'datacontenttype') {
        context.addIssue({
          code: 'custom',
          path: [name],
          message: 'attribute names are at most 20 lower-case letters and digits (CloudEvents 1.0)',
        });
      }
    }
  });

/** An event as Headroom hands it around in memory: a CloudEvents 1.0 envelope with typed data. */
export interface HeadroomEvent<Data = unknown> {
  specversion: '1.0';
  /** Unique together with `source`; the same id twice is the same event. */
  id: string;
  /** Who published it, a URI reference such as `/headroom/detector`. */
  source: string;
  type: string;
  /** RFC 3339; optional, as in CloudEvents. */
  time?: string;
  subject?: string;
  datacontenttype?: string;
  dataschema?: string;
  /** W3C Trace Context: one trace id runs from the completing profile to the proposal. */
  traceparent?: string;
  tracestate?: string;
  correlationid?: string;
  causationid?: string;
  partitionkey?: string;
  /** The team that the event is for: the one that owns the service of a proposal. */
  team?: string;
  data: Data;
}
