import {
  contextGathered,
  draftConcluded,
  type BlobRef,
  type Context,
  type Draft,
  type Finding,
  type HeadroomEvent,
  type Stop,
} from '@headroom/contracts';
import type { DossierDocument } from '@headroom/investigation';
import type { BlobStore, TaskContext } from '@headroom/runtime';
import { BLOB_STORE, Subscribe } from '@headroom/runtime/nest';
import {
  findingFrames,
  loadSkills,
  matchInputOf,
  matchSkills,
  ruleMatcher,
  runPlaybook,
  usableSkills,
  type MatchInput,
  type PlaybookAbstention,
  type Skill,
} from '@headroom/skills';
import { repositoryStop, type GitMirror, type ServiceRepositories, type ServiceRepository } from '@headroom/workspace';
import { Controller, Inject } from '@nestjs/common';
import { readSuspect } from './suspect.reader.js';
import { REPOSITORIES, SKILLS_DIR } from './tokens.js';

type Drafted = Pick<Draft, 'outcome' | 'files' | 'summary' | 'facts'> &
  Partial<Pick<Draft, 'skill' | 'patch' | 'stopped'>>;

function abstention({ reason, message }: Omit<PlaybookAbstention, 'outcome'>, skill?: Skill): Drafted {
  return {
    outcome: 'abstain',
    files: [],
    summary: message,
    facts: [],
    stopped: { reason, message },
    ...(skill && { skill: refOf(skill) }),
  };
}

function refOf({ name, version, digest }: Skill): NonNullable<Draft['skill']> {
  return { name, version, digest };
}

/** What the repository's own policy leaves to draft with, or why it wants nothing. */
async function wantedBy(
  target: ServiceRepository,
  kind: Context['kind'],
): Promise<{ disabled: readonly string[] } | { refused: Stop }> {
  try {
    const { disabledSkills, opportunities } = await target.policy();
    if (kind === 'regression' || opportunities === 'on') return { disabled: disabledSkills };
    const message =
      'The repository takes proposals for regressions only (opportunities: off in .headroom.yml). Dismiss the case, or change that on its base branch.';
    return { refused: { reason: 'opportunities-off', message } };
  } catch (error) {
    return { refused: repositoryStop(error) };
  }
}

/** What skills are matched by: the dossier, and the code of its functions as it stands on the base. */
async function inputOf(document: DossierDocument, { base }: Context, mirror: GitMirror): Promise<MatchInput> {
  const readFile = (path: string) => (base ? mirror.readFile(base.commit, path) : undefined);
  return matchInputOf(document, { ruleMatches: await ruleMatcher(findingFrames(document), readFile) });
}

/** Finds the skill for a dossier and drafts a candidate with it. */
@Controller()
export class SkillExecutorController {
  readonly #blobs: BlobStore;
  readonly #repositories: ServiceRepositories;
  readonly #skillsDir: string;

  constructor(
    @Inject(BLOB_STORE) blobs: BlobStore,
    @Inject(REPOSITORIES) repositories: ServiceRepositories,
    @Inject(SKILLS_DIR) skillsDir: string,
  ) {
    this.#blobs = blobs;
    this.#repositories = repositories;
    this.#skillsDir = skillsDir;
  }

  @Subscribe(contextGathered)
  async handle(event: HeadroomEvent<Context>, context: TaskContext): Promise<void> {
    const { data } = event;
    if (data.stopped || !data.base || !data.dossier) return;
    const { base, dossier } = data;
    const document = await this.#read(dossier);
    const { reviewers } = document;
    const drafted = await context.step('draft.1', () => this.#draft(data, document, context.signal));
    const draft: Draft = {
      ...drafted,
      case: { ...data.case, step: 'draft.1', causationId: event.id },
      kind: data.kind,
      service: data.service,
      repository: data.repository,
      subject: data.subject,
      base,
      dossier,
      reviewers,
    };
    await context.publish(draftConcluded, draft, { step: 'draft.1' });
  }

  async #read(dossier: BlobRef): Promise<DossierDocument> {
    return JSON.parse((await this.#blobs.get(dossier)).toString('utf8')) as DossierDocument;
  }

  async #draft(data: Context, document: DossierDocument, signal: AbortSignal): Promise<Drafted> {
    const { finding } = document;
    const target = await this.#repositories.open(data.service, signal);
    const wanted = await wantedBy(target, data.kind);
    if ('refused' in wanted) return abstention(wanted.refused);
    const { disabled } = wanted;
    const { skills: known } = usableSkills(await loadSkills(this.#skillsDir));
    const skills = known.filter(({ name }) => !disabled.includes(name));
    const requested = finding.opportunity?.skill;
    const { matches, mismatches } = matchSkills(skills, await inputOf(document, data, target.mirror));
    if (matches.length === 0) {
      const unwanted = known
        .filter(({ name }) => disabled.includes(name) && (requested === undefined || name === requested))
        .map(({ name }) => `${name}: The repository does not want it (skills.disabled in .headroom.yml).`);
      const others = mismatches.map((each) => `${each.name}: ${each.message}`);
      const message = [...unwanted, ...others].join(' ') || 'There are no skills.';
      return abstention({ reason: unwanted.length > 0 ? 'skill-disabled' : 'no-skill', message });
    }
    return this.#firstThatApplies(matches, data, finding, target.mirror);
  }

  /** The first patch wins; when every skill abstains, the first one's reason is told with the others behind it. */
  async #firstThatApplies(
    skills: readonly Skill[],
    data: Context,
    finding: Finding,
    mirror: GitMirror,
  ): Promise<Drafted> {
    const commit = data.base?.commit ?? '';
    const suspect = await readSuspect(data, mirror);
    const abstentions: { skill: Skill; reason: string; message: string }[] = [];
    for (const skill of skills) {
      const result = await runPlaybook(skill, {
        subject: data.subject,
        readFile: (path) => mirror.readFile(commit, path),
        ...(suspect && { suspect }),
        ...(finding.regression && {
          chain: finding.regression.chain.map((frame) => frame.id),
          grownCallees: finding.regression.grownCallees.map((frame) => frame.id),
        }),
      });
      if (!('patch' in result)) {
        const [reason, message] =
          result.outcome === 'abstain' ? [result.reason, result.message] : [result.outcome, result.summary];
        abstentions.push({ skill, reason, message });
        continue;
      }
      const { files, summary, facts } = result;
      return {
        outcome: 'patch',
        skill: refOf(skill),
        patch: await this.#blobs.put(Buffer.from(result.patch), 'text/x-diff'),
        files: [...files],
        summary,
        facts: facts.map(({ text, evidence }) => ({ text, evidence: [...evidence] })),
      };
    }
    const [first, ...others] = abstentions;
    if (!first) return abstention({ reason: 'no-skill', message: 'There are no skills.' });
    const more = others.map((each) => ` ${each.skill.name}: ${each.message}`).join('');
    return abstention({ reason: first.reason, message: `${first.skill.name}: ${first.message}${more}` }, first.skill);
  }
}
