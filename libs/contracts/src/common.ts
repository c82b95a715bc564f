import { z } from 'zod';

/** Content hash of a blob: sha256, 64 lower-case hexadecimal digits. */
export const sha256Schema = z.string().regex(/^[0-9a-f]{64}$/, 'must be 64 lower-case hexadecimal digits');

/** A claim check: where a payload too large for an event is found, and what it must hash to. */
export const blobRefSchema = z.object({
  sha256: sha256Schema,
  size: z.int().nonnegative().describe('Bytes.'),
  mediaType: z.string().min(1).max(128),
});
export type BlobRef = z.infer<typeof blobRefSchema>;

// Control characters as ranges, not as \p{Cc}: the published schemas are read by engines that do not know properties.
// oxlint-disable-next-line no-control-regex -- they are what is refused
const NAME = /^[^\x00-\x1f\x7f-\x9f\s](?:[^\x00-\x1f\x7f-\x9f]*[^\x00-\x1f\x7f-\x9f\s])?$/;

/** Name of a service, an environment, a deployment: printable, no white space at the ends. */
export const nameSchema = z.string().min(1).max(200).regex(NAME, 'must be printable, without white space at its ends');

/** A git commit id, full length (SHA-1 or SHA-256). */
export const commitSchema = z.string().regex(/^(?:[0-9a-f]{40}|[0-9a-f]{64})$/, 'must be a full git commit id');

/** RFC 3339 with any offset. */
export const timestampSchema = z.iso.datetime({ offset: true });

/** A repository as the organisation names it, for example `shop/web`; never a credential. */
export const repositorySchema = nameSchema.describe('Name of a repository as the organisation uses it.');

/** A function: `repo-relative/path.ts:qualified.name`, without a line. */
export const functionIdSchema = z
  .string()
  .max(1024)
  .regex(/^[^\s:][^:]*:[^\s:][^:]*$/, 'must look like path/to/file.ts:qualified.name');

/** What a case is about. */
export const caseKindSchema = z.enum(['regression', 'opportunity']);
export type CaseKind = z.infer<typeof caseKindSchema>;

/** Carried by every case event: case topics are not ordered among each other. */
export const caseHeaderSchema = z.object({
  /** Stable for ever: derived from the case identity. */
  caseId: z.string().regex(/^(?:reg|opp)-[0-9a-f]{20}$/, 'must be reg- or opp- and 20 hexadecimal digits'),
  /** Which passage through the stages; only a person's command or a revised finding raises it. */
  attempt: z.int().min(1),
  /** Step within the attempt, for example `draft.1`. */
  step: z.string().regex(/^[a-z]+\.[1-9][0-9]*$/, 'must look like draft.1'),
  /** Id of the event that led to this one. */
  causationId: z.string().min(1).max(256),
});
export type CaseHeader = z.infer<typeof caseHeaderSchema>;

/** Why a case cannot go on at a stage: a result, with a stable reason and a sentence that says what to do. */
export const stopSchema = z.object({
  /** Stable, kebab-case, for example `service-not-configured`. */
  reason: z.string().regex(/^[a-z0-9]+(?:-[a-z0-9]+)*$/, 'must be kebab-case'),
  message: z.string().min(1).max(4000),
});
export type Stop = z.infer<typeof stopSchema>;

/** A person or a team as found in a repository: never invented. */
export const personSchema = z.object({ name: z.string().max(300), email: z.string().max(300).optional() });
export type Person = z.infer<typeof personSchema>;

/** The code state a case works on. */
export const baseSchema = z.object({ branch: z.string().min(1).max(255), commit: commitSchema });

/** A skill as used: its version and the digest of its folder. */
export const skillRefSchema = z.object({ name: nameSchema, version: z.string().max(64), digest: sha256Schema });
export type SkillRef = z.infer<typeof skillRefSchema>;

/** Fields that every case event shares. */
export const caseEventShape = {
  case: caseHeaderSchema,
  kind: caseKindSchema,
  service: nameSchema,
  repository: repositorySchema,
  /** What the case is about: a function id. */
  subject: functionIdSchema,
};
