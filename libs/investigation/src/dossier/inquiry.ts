import { HeadroomError, type Finding } from '@headroom/contracts';
import { redactDeep, type Toolbox } from '@headroom/tools';
import type { Citation } from './dossier.js';
import type { SectionBuilder } from './section.builder.js';

/** Tools that a dossier is made with. */
export type ToolCaller = Pick<Toolbox, 'call'>;

/** What a tool found, and how to cite it. */
export interface Found<Result> {
  result: Result;
  citation: Citation;
}

/** A skill that may answer a case, as its catalogue describes it. */
export interface KnownSkill {
  name: string;
  version: string;
  /** sha256 of its folder. */
  digest: string;
  /** What it does and when it is used. */
  description: string;
  /** Its document, Markdown without the header. */
  body: string;
}

/** Our own stores: without them a dossier is not made, it is tried again. */
const OWN_FAILURES = /^HEADROOM_(?:STORE|LOG|BLOB)_/;

/** Asks tools on behalf of one dossier, and remembers what it rests on. */
export class Inquiry {
  readonly finding: Finding;
  readonly event: Citation;
  readonly #tools: ToolCaller;
  readonly #signal: AbortSignal;
  readonly #citations = new Map<string, Citation>();

  /** @param findingId id of the event that the finding came with */
  constructor(parts: { finding: Finding; findingId: string; tools: ToolCaller; signal: AbortSignal }) {
    this.finding = parts.finding;
    this.#tools = parts.tools;
    this.#signal = parts.signal;
    this.event = { id: parts.findingId, source: 'the finding of the detector', trust: 'trusted' };
    this.#citations.set(this.event.id, this.event);
  }

  /** What the statements of the dossier rest on, in the order in which it was asked for. */
  get citations(): Citation[] {
    return [...this.#citations.values()];
  }

  /** Where a statement rests on a skill. */
  skill({ name, version, digest }: KnownSkill): Citation {
    const id = `skill:${name}@${digest.slice(0, 16)}`;
    const citation: Citation = { id, skill: name, source: `${name} ${version} of the catalogue`, trust: 'trusted' };
    this.#citations.set(id, citation);
    return citation;
  }

  /**
   * Calls a tool; what it cannot tell is told in the section. Secrets are replaced in all that comes back.
   * @throws HeadroomError where one of Headroom's own stores is away, retryable
   */
  async ask<Result>(
    section: SectionBuilder,
    tool: string,
    args: Record<string, unknown>,
  ): Promise<Found<Result> | undefined> {
    const given = Object.fromEntries(Object.entries(args).filter(([, value]) => value !== undefined));
    const answer = await this.#tools.call(tool, given, { signal: this.#signal });
    this.#signal.throwIfAborted();
    if (!answer.ok) {
      const { code, message, retryable } = answer;
      if (retryable && OWN_FAILURES.test(code)) {
        throw new HeadroomError(message, { code: code as `HEADROOM_${string}`, retryable: true });
      }
      section.lacks(
        code === 'HEADROOM_TOOL_UNKNOWN' ? `${tool} is not available: what it looks at is not configured.` : message,
      );
      return undefined;
    }
    const { result, overflow, meta } = answer.envelope;
    const { evidence_id: id, source, trust, window } = meta;
    const citation: Citation = {
      id,
      tool,
      arguments: given,
      source: redactDeep(source),
      trust,
      ...(window && { window }),
    };
    this.#citations.set(id, citation);
    if (result === undefined) {
      section.lacks(`The answer of ${tool} is too large; read it with blobs_read_slice, handle ${overflow?.handle}.`);
      return undefined;
    }
    return { result: redactDeep(result) as Result, citation };
  }
}
