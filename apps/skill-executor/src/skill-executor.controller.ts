import {
  contextGathered,
  draftConcluded,
  HeadroomError,
  type BlobRef,
  type Context,
  type Draft,
  type HeadroomEvent,
  type Stop,
} from '@headroom/contracts';
import type { DossierDocument } from '@headroom/investigation';
import type { EffectivePolicy } from '@headroom/platform';
import { Runtime, type BlobStore, type KeyValueStore, type TaskContext } from '@headroom/runtime';
import { BLOB_STORE, KEY_VALUE_STORE, Subscribe } from '@headroom/runtime/nest';
import {
  findingFrames,
  loadSkills,
  matchInputOf,
  matchSkills,
  onlyMoved,
  ruleMatcher,
  usableSkills,
  type MatchInput,
  type Skill,
  type SkillMismatch,
  type SkillsPlace,
} from '@headroom/skills';
import { repositoryStop, type ServiceRepositories, type ServiceRepository } from '@headroom/workspace';
import { Controller, Inject, type OnModuleInit } from '@nestjs/common';
import { abstention, type Drafted } from './drafted.js';
import { draftByModel, type ModelAccess } from './model.draft.js';
import { draftByPlaybooks, type LeftAlone } from './playbook.draft.js';
import { playbookInputOf, readDomains, type CaseSources } from './playbook.sources.js';
import { MODEL, REPOSITORIES, SKILLS_DIR, WORK_DIR } from './tokens.js';

/** Why a case waits for a model. */
const NEEDS_MODEL = 'needs-model';
/** A model works on a case for at most as long as its budget says; the rest is git and playbooks. */
const DEADLINE_MS = 5 * 3_600_000;

type Gathered = CaseSources['context'];

function isGathered(data: Context): data is Gathered {
  return !data.stopped && data.base !== undefined && data.dossier !== undefined;
}

/** What skills are matched by: the dossier, and the code of its functions as it stands on the base. */
async function matchInput({ document, context, readBase, domains }: CaseSources): Promise<MatchInput> {
  return matchInputOf(document, {
    ruleMatches: await ruleMatcher(findingFrames(document), readBase),
    ...(domains.length > 0 && { onlyMoved: onlyMoved(context.subject, domains) }),
  });
}

/** Finds the skill for a dossier and drafts with it: by its playbook, else with the model. */
@Controller()
export class SkillExecutorController implements OnModuleInit {
  readonly #runtime: Runtime;
  readonly #store: KeyValueStore;
  readonly #blobs: BlobStore;
  readonly #repositories: ServiceRepositories;
  readonly #skillsDir: SkillsPlace;
  readonly #workDir: string;
  readonly #model: ModelAccess | undefined;

  constructor(
    @Inject(Runtime) runtime: Runtime,
    @Inject(KEY_VALUE_STORE) store: KeyValueStore,
    @Inject(BLOB_STORE) blobs: BlobStore,
    @Inject(REPOSITORIES) repositories: ServiceRepositories,
    @Inject(SKILLS_DIR) skillsDir: SkillsPlace,
    @Inject(WORK_DIR) workDir: string,
    @Inject(MODEL) model: { readonly access?: ModelAccess },
  ) {
    this.#runtime = runtime;
    this.#store = store;
    this.#blobs = blobs;
    this.#repositories = repositories;
    this.#skillsDir = skillsDir;
    this.#workDir = workDir;
    this.#model = model.access;
  }

  /** Cases that wait for a model go on as soon as there is one. */
  onModuleInit(): void {
    if (this.#model) this.#runtime.resumeParkedFor(NEEDS_MODEL);
  }

  @Subscribe(contextGathered, { deadlineMs: DEADLINE_MS })
  async handle(event: HeadroomEvent<Context>, context: TaskContext): Promise<void> {
    const { data } = event;
    if (!isGathered(data)) return;
    const { kind, service, repository, subject, base, dossier } = data;
    const document = await this.#read(dossier);
    const step = `draft.${context.resumed + 1}`;
    const drafted = await context.step(step, () => this.#draft(data, document, context));
    const draft: Draft = {
      ...drafted,
      case: { ...data.case, step, causationId: event.id },
      kind,
      service,
      repository,
      subject,
      base,
      dossier,
      reviewers: document.reviewers,
    };
    await context.publish(draftConcluded, draft, { step });
    if (drafted.parked) context.park(drafted.parked.reason);
  }

  async #read(dossier: BlobRef): Promise<DossierDocument> {
    return JSON.parse((await this.#blobs.get(dossier)).toString('utf8')) as DossierDocument;
  }

  /** The repository of a case and the policy that holds for it, or why nothing is wanted there. */
  async #wanted(
    { service, kind }: Gathered,
    signal: AbortSignal,
  ): Promise<{ target: ServiceRepository; policy: EffectivePolicy } | { refused: Stop }> {
    try {
      const target = await this.#repositories.open(service, signal);
      const policy = await target.policy();
      if (kind === 'regression' || policy.opportunities === 'on') return { target, policy };
      const message =
        'The repository takes proposals for regressions only (opportunities: off in .headroom.yml). Dismiss the case, or change that on its base branch.';
      return { refused: { reason: 'opportunities-off', message } };
    } catch (error) {
      return { refused: repositoryStop(error) };
    }
  }

  async #draft(
    context: Gathered,
    document: DossierDocument,
    { signal, logger }: Pick<TaskContext, 'signal' | 'logger'>,
  ): Promise<Drafted> {
    const wanted = await this.#wanted(context, signal);
    if ('refused' in wanted) return abstention(wanted.refused);
    const { target, policy } = wanted;
    const { mirror } = target;
    const domains = await readDomains(document.finding, this.#blobs);
    const base = await mirror.resolve(context.base.commit);
    // Playbooks and the scope of a case ask for many files, most of which are not there.
    const files = mirror.openFiles();
    try {
      const readBase = (path: string) => files.file(base, path);
      const sources = { context, document, mirror, readBase, policy, signal, logger, domains };
      return await this.#draftFrom(sources, target);
    } finally {
      files.close();
    }
  }

  async #draftFrom(sources: CaseSources, target: ServiceRepository): Promise<Drafted> {
    const { document, policy } = sources;
    const { skills: all } = usableSkills(await loadSkills(this.#skillsDir));
    const known = all.filter(({ name }) => !policy.disabledSkills.includes(name));
    const { matches, mismatches } = matchSkills(known, await matchInput(sources));
    if (matches.length === 0) {
      const unwanted = all.filter(({ name }) => !known.some((each) => each.name === name)).map(({ name }) => name);
      return noSkill(unwanted, mismatches, document.finding.opportunity?.skill);
    }
    const input = await playbookInputOf(sources);
    const byPlaybooks = await draftByPlaybooks(matches, { known, input, blobs: this.#blobs });
    if ('concluded' in byPlaybooks) return byPlaybooks.concluded;
    const { left } = byPlaybooks;
    const forModel = matches.find(({ model }) => model !== 'never');
    return forModel ? await this.#askModel(forModel, { known, sources, target, left }) : leftAlone(left);
  }

  /** Asks the model where the repository agreed and there is one; else says what is missing. */
  async #askModel(
    skill: Skill,
    about: { known: readonly Skill[]; sources: CaseSources; target: ServiceRepository; left: readonly LeftAlone[] },
  ): Promise<Drafted> {
    const { known, sources, target, left } = about;
    const { settings: service } = target;
    const before = left.length > 0 ? ` ${sentencesOf(left)}` : '';
    const setting = `services.${sources.context.service}.repository.sendToModel`;
    const isAgreed = service.repository.sendToModel;
    if (sources.policy.model === 'off' || (this.#model && !isAgreed)) {
      const where = sources.policy.model === 'off' ? 'model: off in .headroom.yml' : `${setting} is not true`;
      const message = `${skill.name} needs the model, and the code of this repository may not be sent to one (${where}).${before}`;
      return abstention({ reason: 'model-not-allowed', message }, skill);
    }
    if (!this.#model) {
      const consent = isAgreed ? '' : `, say ${setting}: true`;
      return waiting(
        skill,
        `${skill.name} needs the model, and there is no key for one. Set it${consent} and start the skill-executor again.${before}`,
      );
    }
    try {
      const parts = { access: this.#model, service, store: this.#store, blobs: this.#blobs, workDir: this.#workDir };
      return await draftByModel(skill, known, sources, parts);
    } catch (error) {
      if (!(error instanceof HeadroomError) || error.code !== 'HEADROOM_MODEL_KEY_REFUSED') throw error;
      return waiting(skill, error.message);
    }
  }
}

function waiting(skill: Skill, message: string): Drafted {
  return { ...abstention({ reason: NEEDS_MODEL, message }, skill), parked: { reason: NEEDS_MODEL } };
}

/** Why no skill applies: the requested one, else those that serve this side at all. */
function noSkill(
  unwanted: readonly string[],
  mismatches: readonly SkillMismatch[],
  requested: string | undefined,
): Drafted {
  const off = unwanted
    .filter((name) => requested === undefined || name === requested)
    .map((name) => `${name}: The repository does not want it (skills.disabled in .headroom.yml).`);
  const others = mismatches
    .filter(({ name, reason }) => (requested === undefined ? reason !== 'other-side' : name === requested))
    .map(({ name, message }) => `${name}: ${message}`);
  const message = [...off, ...others].join(' ') || 'There are no skills for this kind of case.';
  return abstention({ reason: off.length > 0 ? 'skill-disabled' : 'no-skill', message });
}

function sentencesOf(left: readonly LeftAlone[]): string {
  return left.map(({ skill, message }) => `${skill.name}: ${message}`).join(' ');
}

/** When every skill leaves a case alone, the first one's reason is told, with the others behind it. */
function leftAlone(left: readonly LeftAlone[]): Drafted {
  const [first] = left;
  if (!first)
    return abstention({
      reason: 'no-playbook',
      message: 'The skills that match have no playbook, and none wants the model.',
    });
  return abstention({ reason: first.reason, message: sentencesOf(left) }, first.skill);
}
